/** Where the sign-in page returns to: a port of this machine, open for one answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface Listener {
  /** As it is sent to the sign-in page. Its port does not have to be registered. */
  redirectUri: string;
  /** The parameters of the answer. Undefined when none came within the time. */
  answer(timeoutMs: number): Promise<URLSearchParams | undefined>;
  close(): Promise<void>;
}

/** An answer is a few hundred bytes, and a code at most a few thousand. */
const maxBytes = 65_536;

/**
 * Listens on this machine alone, on both of its addresses, because a browser may take either for `localhost`. Only an
 * answer with this `state`, or without any parameter, counts: whoever else calls is turned away, and the wait goes on.
 */
export async function listen(port: number, state: string): Promise<Listener> {
  let receive: (parameters: URLSearchParams) => void = () => undefined;
  const received = new Promise<URLSearchParams>((resolve) => (receive = resolve));
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void respond(request, response, state).then(
      (parameters) => parameters && receive(parameters),
      () => response.destroy(),
    );
  const servers = [await opened("127.0.0.1", port, onRequest)];
  const { port: chosen } = servers[0]?.address() as AddressInfo;
  // A machine without IPv6 has no second address.
  const second = await opened("::1", chosen, onRequest).catch(() => undefined);
  if (second) servers.push(second);
  return {
    redirectUri: `http://localhost:${chosen}/`,
    async answer(timeoutMs) {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), timeoutMs);
      });
      return await Promise.race([received, timeout]).finally(() => clearTimeout(timer));
    },
    async close() {
      const closed = servers.map((server) => once(server, "close"));
      for (const server of servers) server.close().closeAllConnections();
      await Promise.all(closed);
    },
  };
}

async function opened(
  host: string,
  port: number,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(onRequest);
  server.listen(port, host);
  await once(server, "listening");
  return server;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  state: string,
): Promise<URLSearchParams | undefined> {
  const url = new URL(request.url ?? "/", "http://localhost");
  // Another name that leads to this machine is not how the sign-in page was told to come here.
  const isHere = /^localhost(:\d+)?$/i.test(request.headers.host ?? "") && url.pathname === "/";
  const isMethod = request.method === "GET" || request.method === "POST";
  if (!isHere || !isMethod) return turnAway(response, 404, "There is nothing here.");
  const parameters = request.method === "POST" ? await formOf(request) : url.searchParams;
  if (parameters === undefined) return turnAway(response, 413, "This is not an answer.");
  // The page of a policy that blocks returns without any (observed).
  const isBare = [...parameters].length === 0;
  if (!isBare && parameters.get("state") !== state)
    return turnAway(response, 400, "This answer belongs to another sign-in.");
  await write(response, 200, "You can close this page. The command line shows the result.");
  return parameters;
}

async function turnAway(
  response: ServerResponse,
  status: number,
  text: string,
): Promise<undefined> {
  await write(response, status, text);
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

async function write(response: ServerResponse, status: number, text: string): Promise<void> {
  response.writeHead(status, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    Connection: "close",
  });
  const ended = once(response, "close");
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>exo-connector link</title><p>${text}</p></html>`,
  );
  await ended;
}
