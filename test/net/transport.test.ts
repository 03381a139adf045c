import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import {
  createServer as createSocketServer,
  type AddressInfo,
  type Server,
  type Socket,
} from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { httpTransport, type HttpReply } from "../../lib/net/transport.ts";
import { Fault } from "../../lib/fault.ts";
import { faultOf } from "../exchange/scripted.ts";

const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?$select=A`;
}

async function httpServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return await listening(server);
}

/** Does as it is told with the first bytes of a request. */
async function socketServer(act: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("data", () => act(socket));
  });
  open.push(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  return await listening(server);
}

function send(
  url: string,
  signal = new AbortController().signal,
  headers: Record<string, string> = {},
): Promise<HttpReply> {
  const { send: transport, close } = httpTransport();
  open.push(close);
  return transport(
    {
      method: "POST",
      url,
      headers: { "content-type": "application/json", ...headers },
      body: '{"é":1}',
    },
    signal,
  );
}

const body =
  (text: string | Buffer, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(200, headers).end(text);

describe("an answer", () => {
  it("has its status, headers in lower case and text", async () => {
    const url = await httpServer(
      (_request, response) =>
        void response
          .writeHead(418, { "X-Exception-Type": "A", "Set-Cookie": ["a=1", "b=2"] })
          .end("grüezi 🦊"),
    );
    const reply = await send(url);
    expect(reply).toMatchObject({ status: 418, text: "grüezi 🦊" });
    expect(reply.headers).toMatchObject({ "x-exception-type": "A", "set-cookie": "a=1, b=2" });
  });

  it("is requested with method, path, headers and body as given", async () => {
    const received: unknown[] = [];
    const url = await httpServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("end", () => {
          received.push(
            request.method,
            request.url,
            request.headers["x-cmdletname"],
            Buffer.concat(chunks).toString(),
          );
          response.end();
        });
    });
    expect((await send(url, undefined, { "x-cmdletname": "Get-Mailbox" })).text).toBe("");
    expect(received).toEqual(["POST", "/path?$select=A", "Get-Mailbox", '{"é":1}']);
  });

  it.each([
    ["gzip", body(gzipSync("unpacked"), { "Content-Encoding": "gzip" }), "unpacked"],
    [
      "gzip by its older name",
      body(gzipSync("unpacked"), { "Content-Encoding": "X-GZIP" }),
      "unpacked",
    ],
    ["what claims to be gzip and is plain", body("plain", { "Content-Encoding": "gzip" }), "plain"],
    [
      "what claims to be gzip, and whose second byte is that of gzip",
      body("Ë", { "Content-Encoding": "gzip" }),
      "Ë",
    ],
    ["nothing that claims to be gzip", body("", { "Content-Encoding": "gzip" }), ""],
    ["NUL padding", body(Buffer.alloc(470)), ""],
    ["NUL padding around words", body("\0\0denied\0"), "denied"],
    ["a byte order mark", body("\uFEFF{}"), "{}"],
    ["a byte order mark in gzip", body(gzipSync("\uFEFF{}"), { "Content-Encoding": "gzip" }), "{}"],
  ])("%s", async (_name, listener, text) => {
    expect((await send(await httpServer(listener))).text).toBe(text);
  });

  it("that is compressed and much larger than any page is refused", async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    const url = await httpServer(body(bomb, { "Content-Encoding": "gzip" }));
    expect(await faultOf(send(url))).toMatchObject({
      kind: "unexpected",
      retryable: false,
      message: `The answer of ${new URL(url).host} is larger than 67108864 bytes.`,
    });
  });

  it("that is much larger than any page is refused before it has arrived", async () => {
    const url = await httpServer((_request, response) => {
      const piece = Buffer.alloc(1024 * 1024, "a");
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    expect(await faultOf(send(url))).toMatchObject({ kind: "unexpected", retryable: false });
  });

  it("is read completely when it arrives in pieces that split a letter", async () => {
    const url = await httpServer((_request, response) => {
      const bytes = Buffer.from("é");
      response.write(bytes.subarray(0, 1));
      setTimeout(() => response.end(bytes.subarray(1)), 10);
    });
    expect((await send(url)).text).toBe("é");
  });

  it("that redirects is returned, not followed", async () => {
    let requests = 0;
    const url = await httpServer((_request, response) => {
      requests++;
      response.writeHead(302, { Location: "/elsewhere" }).end();
    });
    const reply = await send(url);
    expect([reply.status, reply.headers["location"], requests]).toEqual([302, "/elsewhere", 1]);
  });
});

describe("a missing or incomplete answer", () => {
  const halfPacked = gzipSync(
    Array.from({ length: 500 }, (_, index) => `row ${index}`).join(),
  ).subarray(0, 700);

  it.each<[string, (socket: Socket) => void, string]>([
    ["a connection cut before it", (socket) => socket.destroy(), "the connection was cut"],
    [
      "a connection reset before it",
      (socket) => socket.resetAndDestroy(),
      "the connection was cut",
    ],
    [
      "a connection cut in the middle of it",
      (socket) =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"value":[', () =>
          socket.destroy(),
        ),
      "the connection was cut",
    ],
    [
      "a length larger than what is sent",
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"value":[]}'),
      "the connection was cut",
    ],
    [
      "pieces without the last one",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
      "the connection was cut",
    ],
    [
      "a gzip that ends early",
      (socket) =>
        socket.end(
          Buffer.concat([
            Buffer.from(
              `HTTP/1.1 400 Bad\r\nContent-Encoding: gzip\r\nContent-Length: ${halfPacked.length}\r\n\r\n`,
            ),
            halfPacked,
          ]),
        ),
      "the answer was cut off",
    ],
    [
      "something that is no HTTP",
      (socket) => socket.end("220 smtp ready\r\n"),
      "Response does not match the HTTP/1.1 protocol",
    ],
  ])("%s", async (_name, act, reason) => {
    const url = await socketServer(act);
    const fault = await faultOf(send(url));
    expect(fault).toMatchObject({ kind: "unavailable", retryable: true });
    expect(fault.message).toContain(
      `No complete answer arrived from ${new URL(url).host}: ${reason}`,
    );
  });

  it("a refused connection", async () => {
    const server = createSocketServer();
    const url = await listening(server);
    server.close();
    await once(server, "close");
    expect(await faultOf(send(url))).toMatchObject({
      kind: "unavailable",
      retryable: true,
      message: expect.stringContaining("the connection was refused") as string,
    });
  });

  it("waits eight seconds for a connection, and without limit for an answer", async () => {
    const limits: unknown[] = [];
    const { send: transport, close } = httpTransport(undefined, async () => {
      const undici = await import("../../lib/net/undici.ts");
      class Agent extends undici.Agent {
        constructor(options: ConstructorParameters<typeof undici.Agent>[0]) {
          super(options);
          limits.push(options);
        }
      }
      return { ...undici, Agent };
    });
    open.push(close);
    const url = await httpServer(body("{}"));
    await transport({ method: "GET", url, headers: {} }, new AbortController().signal);
    expect(limits).toEqual([
      expect.objectContaining({ connectTimeout: 8_000, headersTimeout: 0, bodyTimeout: 0 }),
    ]);
  });

  it("an unknown host", async () => {
    const fault = await faultOf(send("http://nonexistent.invalid/"));
    expect(fault).toMatchObject({ kind: "unavailable", retryable: true });
    expect(fault.message).toMatch(
      /^No complete answer arrived from nonexistent\.invalid: the host name (is unknown|could not be looked up)\.$/,
    );
  });

  it.each<[string, (socket: Socket) => void]>([
    ["that never comes", () => undefined],
    [
      "that never ends",
      (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
    ],
  ])("an answer %s ends with the run, for the run's reason", async (_name, act) => {
    const controller = new AbortController();
    const reason = new Fault({
      kind: "unavailable",
      message: "The time for one event (100 ms) ran out.",
    });
    const url = await socketServer(act);
    setTimeout(() => controller.abort(reason), 100);
    expect(await faultOf(send(url, controller.signal))).toBe(reason);
  });

  it("a run that has ended sends nothing", async () => {
    const reason = new Fault({ kind: "unavailable", message: "Over." });
    expect(await faultOf(send("http://nonexistent.invalid/", AbortSignal.abort(reason)))).toBe(
      reason,
    );
  });

  it("close ends what is under way", async () => {
    const { send: transport, close } = httpTransport();
    const url = await socketServer(() => close());
    expect(
      (
        await faultOf(
          transport({ method: "POST", url, headers: {}, body: "{}" }, new AbortController().signal),
        )
      ).kind,
    ).toBe("unavailable");
  });
});
