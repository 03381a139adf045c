import { gunzipSync } from "node:zlib";
import { Fault } from "../fault.ts";
import { connectionFault } from "./connectionFault.ts";
import { isLoopback, type Proxy } from "./proxy.ts";

/** An HTTP request with a complete body. */
export interface HttpRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** A complete answer. Header names are in lower case. */
export interface HttpReply {
  status: number;
  headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The object that the text is, if it has been read before. */
  readonly json?: Readonly<Record<string, unknown>> | undefined;
}

/** Sends one request once. Rejects with a retryable `unavailable` fault when no complete answer arrives. */
export type Transport = (request: HttpRequest, signal: AbortSignal) => Promise<HttpReply>;

/** Milliseconds to wait for a connection; the rest of a request is limited by the run. */
const connectTimeoutMs = 8_000;

/**
 * A transport over undici with kept-alive connections. It uses `undici.request` instead of `fetch` for three reasons:
 * some error answers claim to be gzip and are not (observed), redirects must carry the token to a regional host and
 * nowhere else, and no work is done for caches and cookies. undici is loaded with the first request.
 */
export function httpTransport(
  proxy?: Proxy,
  loadUndici = () => import("./undici.ts"),
): {
  send: Transport;
  close(): void;
} {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const { Agent, request } = await loadUndici();
    const options = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 };
    const direct = new Agent({ ...options, connectTimeout: connectTimeoutMs });
    const proxied = proxy
      ? (await import("./proxyAgent.ts")).proxyAgent(proxy, { ...options, connectTimeoutMs })
      : direct;
    return { request, direct, proxied };
  };
  return {
    async send({ method, url, headers, body }, signal) {
      const target = new URL(url);
      const { request, direct, proxied } = await (loading ??= load());
      try {
        const reply = await request.call(isLoopback(target) ? direct : proxied, {
          origin: target.origin,
          path: target.pathname + target.search,
          method,
          headers,
          body: body ?? null,
          signal,
        });
        const bytes = await bodyOf(reply.body, target.host);
        const flat = Object.fromEntries(
          Object.entries(reply.headers).map(([name, value]) => [
            name.toLowerCase(),
            Array.isArray(value) ? value.join(", ") : (value ?? ""),
          ]),
        );
        return {
          status: reply.statusCode,
          headers: flat,
          text: decoded(bytes, flat["content-encoding"], target.host),
        };
      } catch (thrown) {
        if (signal.aborted) throw Fault.of(signal.reason);
        throw thrown instanceof Fault ? thrown : connectionFault(thrown, target, proxy);
      }
    },
    close() {
      void loading
        ?.then(({ direct, proxied }) => Promise.all([direct.destroy(), proxied.destroy()]))
        .catch(() => undefined);
    },
  };
}

/** A page of 1,000 objects has a few MB; no answer is larger than this, packed or unpacked. */
const maxBytes = 64 * 1024 * 1024;

async function bodyOf(body: AsyncIterable<Uint8Array>, host: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(host);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(host: string): Fault {
  return new Fault({
    kind: "unexpected",
    message: `The answer of ${host} is larger than ${maxBytes} bytes.`,
  });
}

/**
 * Some error answers claim to be gzip and are plain, and some contain nothing but NUL bytes. A body that begins like
 * gzip and cannot be unpacked is incomplete, and gunzipSync throws.
 */
function decoded(bytes: Buffer, encoding: string | undefined, host: string): string {
  const packed =
    encoding?.toLowerCase().includes("gzip") === true && bytes[0] === 0x1f && bytes[1] === 0x8b;
  const content = packed ? unpacked(bytes, host) : bytes;
  return content
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .replaceAll("\0", "");
}

function unpacked(bytes: Buffer, host: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (thrown) {
    const isTooLarge = thrown instanceof RangeError;
    throw isTooLarge ? tooLarge(host) : thrown;
  }
}
