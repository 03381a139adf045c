/** The service over HTTP, for this machine only. */
import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { maxBytes } from "../stdin.ts";
import type { Reader, Service } from "./service.ts";

/** The path that takes events. */
export const eventsPath = "/v1/events";

export interface Socket {
  /** The address that takes events. */
  url: string;
  /** Takes no more connections. Resolves when the last one has ended. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 only; `port` 0 is a free one. Each request needs the secret, as a bearer token. */
export async function openSocket(
  service: Service,
  { port, secret, now }: { port: number; secret: string; now(): number },
): Promise<Socket> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 60_000 });
  server.on("request", (message, response) => {
    void answer(message, response, { service, secret, now }).catch(() => response.destroy());
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${address.port}${eventsPath}`, close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  const end = once(server, "close");
  server.close().closeIdleConnections();
  await end;
}

interface Way {
  service: Service;
  secret: string;
  now(): number;
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  { service, secret, now }: Way,
): Promise<void> {
  const since = now();
  const refusal = refusalOf(message, secret);
  if (refusal) {
    refuse(response, refusal);
    return;
  }
  await service.room();
  const body = await bodyOf(message);
  if (body === undefined) {
    refuse(response, { status: 413, error: `Expected at most ${maxBytes} bytes.` });
    return;
  }
  response.writeHead(200, { "content-type": "application/x-ndjson; charset=utf-8" });
  await service.take(body, readerOf(response), { source: "the request", since });
  response.end();
}

interface HttpRefusal {
  status: number;
  error: string;
}

function refusalOf(
  { headers: { authorization }, url, method }: IncomingMessage,
  secret: string,
): HttpRefusal | undefined {
  if (!isSecret(authorization, secret))
    return {
      status: 401,
      error: "Expected authorization: Bearer, with the secret of the service.",
    };
  const error = `Expected POST ${eventsPath}.`;
  if (url !== eventsPath) return { status: 404, error };
  return method === "POST" ? undefined : { status: 405, error };
}

/** The rest of the body is not read. */
function refuse(response: ServerResponse, { status, error }: HttpRefusal): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ error }));
}

/** In the same time for every secret. */
export function isSecret(authorization: string | undefined, secret: string): boolean {
  const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digestOf(authorization ?? ""), digestOf(`Bearer ${secret}`));
}

/** Undefined: it is too large. */
export async function bodyOf(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readerOf(response: ServerResponse): Reader {
  return {
    line: (text) =>
      new Promise((resolve) => {
        if (response.destroyed) resolve(false);
        else response.write(text, (error) => resolve(!error));
      }),
    log(text) {
      if (!response.destroyed) response.write(text);
    },
    isGone: () => response.destroyed,
  };
}
