/** A server for one function that answers requests: over HTTP for this machine, over HTTPS for others. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../../fault.ts";
import { bodyOf } from "../../serve/socket.ts";

/** Where a server listens. */
export interface HttpPlace {
  address: string;
  /** 0: a free one. */
  port: number;
  /** PEM. Needed for an address that other machines reach. */
  tls?: Tls | undefined;
}

export interface Tls {
  cert: string;
  key: string;
  /** The authority whose certificates clients need. Undefined: they need none. */
  clientAuthority?: string | undefined;
}

export interface HttpAsked {
  method: string;
  /** The scheme and the host by which the sender reached the server. */
  origin: string;
  path: string;
  query: URLSearchParams;
  /** The value of a header; blank when there is none. */
  header(name: string): string;
  /** Undefined: it is too large. */
  body(): Promise<Buffer | undefined>;
  /** Aborted when no one waits for the answer any more, and when the server is to end. */
  signal: AbortSignal;
}

export interface HttpReply {
  status: number;
  type: string;
  /** In parts: each is sent when it is there. */
  body: string | Buffer | AsyncIterable<string>;
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface HttpListening {
  /** Without a slash at its end. */
  url: string;
  /** Takes no more connections, and ends those that wait. Resolves when the last one has ended. */
  close(): Promise<void>;
}

/** Throws an `invalid` fault for an address of other machines without TLS. */
export async function listen(
  { address, port, tls }: HttpPlace,
  answer: (asked: HttpAsked) => Promise<HttpReply>,
): Promise<HttpListening> {
  if (tls === undefined && !isOfThisMachine(address))
    throw Fault.invalid(
      `The address ${address} can be reached by other machines: it needs a TLS certificate and its key.`,
    );
  const server = serverFor(tls);
  const ending = new AbortController();
  server.on("request", (message, response) => {
    void respond(message, response, answer, ending.signal).catch(() => response.destroy());
  });
  server.listen(port, address);
  await once(server, "listening").catch((error: unknown) => {
    throw Fault.invalid(
      `The worker cannot listen on ${address}, port ${port}. ${Fault.of(error).message}`,
      error,
    );
  });
  const bound = (server.address() as AddressInfo).port;
  const host = address.includes(":") ? `[${address}]` : address;
  return {
    url: `${tls === undefined ? "http" : "https"}://${host}:${bound}`,
    async close() {
      const end = once(server, "close");
      server.close();
      ending.abort();
      server.closeIdleConnections();
      await end;
    },
  };
}

const limits = { headersTimeout: 10_000, requestTimeout: 60_000 };

function serverFor(tls: Tls | undefined): Server {
  if (tls === undefined) return createServer(limits);
  const { cert, key, clientAuthority } = tls;
  try {
    return createTlsServer({
      ...limits,
      cert,
      key,
      minVersion: "TLSv1.2",
      ...(clientAuthority !== undefined && {
        ca: clientAuthority,
        requestCert: true,
        rejectUnauthorized: true,
      }),
    });
  } catch (thrown) {
    // The message of OpenSSL names no content of the files.
    throw Fault.invalid(
      `The TLS certificate and its key cannot be used. ${Fault.of(thrown).message}`,
      thrown,
    );
  }
}

export function isOfThisMachine(address: string): boolean {
  return /^(127(\.\d{1,3}){3}|::1|localhost)$/.test(address);
}

async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  answer: (asked: HttpAsked) => Promise<HttpReply>,
  ending: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const { pathname, searchParams } = new URL(message.url ?? "/", "http://worker");
  const scheme = "encrypted" in message.socket ? "https" : "http";
  const { status, type, body, headers } = await answer({
    method: message.method ?? "GET",
    origin: `${scheme}://${message.headers.host ?? ""}`,
    path: pathname,
    query: searchParams,
    header(name) {
      const value = message.headers[name];
      return typeof value === "string" ? value : "";
    },
    body: () => bodyOf(message),
    signal: AbortSignal.any([gone.signal, ending]),
  });
  const isWhole = typeof body === "string" || Buffer.isBuffer(body);
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
    // The rest of a body that was not read, or a server that would not end.
    ...((!message.complete || ending.aborted || !isWhole) && { connection: "close" }),
  });
  if (isWhole) response.end(body);
  else await pipeline(body, response);
}
