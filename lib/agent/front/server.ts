/** The service over HTTPS. */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { maxPartBytes, operations } from "../operations.ts";
import type { Front } from "./service.ts";

type Answering = Pick<Front, "answer" | "end">;

export interface Listening {
  port: number;
  /** Answers what is held and takes no more connections. Resolves when the last one has ended. */
  close(): Promise<void>;
}

export interface Listener {
  address: string;
  port: number;
  cert: string;
  key: string;
  clientCa?: string;
}

/** No request of an agent is larger, but one with a part of a result. */
const maxBytes = 64 * 1024;

/**
 * Listens on an address; `port` 0 is a free one. `cert`, `key` and `clientCa` are PEM. With `clientCa`, only agents
 * with a certificate of these authorities are listened to.
 */
export async function listen(
  front: Answering,
  { address, port, cert, key, clientCa }: Listener,
): Promise<Listening> {
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000 };
  const mutual = { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  const server = createServer({
    ...{ cert, key, minVersion: "TLSv1.2" },
    ...limits,
    ...(clientCa !== undefined && mutual),
  });
  let isEnding = false;
  server.on("request", (message, response) => {
    void answer(front, message, response, () => isEnding).catch(() => response.destroy());
  });
  server.listen(port, address);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const end = once(server, "close");
      isEnding = true;
      server.close();
      front.end();
      server.closeIdleConnections();
      await end;
    },
  };
}

async function answer(
  front: Answering,
  message: IncomingMessage,
  response: ServerResponse,
  isEnding: () => boolean,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const { method = "", url = "", headers } = message;
  const most = url === operations.results ? maxPartBytes : maxBytes;
  const body = await bodyOf(message, most);
  const { status, body: content } =
    body === undefined
      ? { status: 413, body: { message: `Expected at most ${most} bytes.` } }
      : await front.answer({
          method,
          path: url,
          body,
          authorization: headers.authorization,
          signal: gone.signal,
        });
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    // An agent asks again on the connection of its last answer, so a service that ends would never end.
    ...((status === 413 || isEnding()) && { connection: "close" }),
  });
  response.end(JSON.stringify(content));
}

async function bodyOf(message: IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > most) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
