import { setFlagsFromString } from "node:v8";
import { gunzipSync } from "node:zlib";
import { Fault } from "../fault.ts";

/** An HTTP request with a complete body. */
export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** A complete answer. Header names are in lower case. */
export interface HttpReply {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
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
export function httpTransport(loadUndici = () => import("./undici.ts")): {
  send: Transport;
  close(): void;
} {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    // V8 would recompile undici's WebAssembly parser in the background while the process wants to end: 48 ms of CPU on
    // Node 24 and 134 ms on Node 20 (measured), for a handful of answers. With this budget it never does.
    setFlagsFromString("--wasm-tiering-budget=2000000000");
    const { Agent, request } = await loadUndici();
    return {
      request,
      agent: new Agent({
        connectTimeout: connectTimeoutMs,
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: 30_000,
      }),
    };
  };
  return {
    async send({ method, url, headers, body }, signal) {
      const { request, agent } = await (loading ??= load());
      try {
        const { origin, pathname, search } = new URL(url);
        const reply = await request.call(agent, {
          origin,
          path: pathname + search,
          method,
          headers,
          body: body ?? null,
          signal,
        });
        const bytes = await bodyOf(reply.body, new URL(url).host);
        const flat = Object.fromEntries(
          Object.entries(reply.headers).map(([name, value]) => [
            name.toLowerCase(),
            Array.isArray(value) ? value.join(", ") : (value ?? ""),
          ]),
        );
        return {
          status: reply.statusCode,
          headers: flat,
          text: decoded(bytes, flat["content-encoding"]),
        };
      } catch (thrown) {
        if (signal.aborted) throw Fault.of(signal.reason);
        if (thrown instanceof Fault) throw thrown;
        throw new Fault({
          kind: "unavailable",
          retryable: true,
          message: `No complete answer arrived from ${new URL(url).host}: ${reasonOf(thrown)}.`,
          cause: thrown,
        });
      }
    },
    close() {
      void loading?.then(({ agent }) => agent.destroy()).catch(() => undefined);
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
function decoded(bytes: Buffer, encoding: string | undefined): string {
  const packed =
    encoding?.toLowerCase().includes("gzip") === true && bytes[0] === 0x1f && bytes[1] === 0x8b;
  const content = packed ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes;
  return content
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .replaceAll("\0", "");
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name could not be looked up",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_DESTROYED: "the run had ended",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer does not have the length that it declares",
  ERR_BUFFER_TOO_LARGE: "the answer is too large once it is unpacked",
  Z_BUF_ERROR: "the answer was cut off",
  Z_DATA_ERROR: "the answer is damaged",
  UND_ERR_CONNECT_TIMEOUT: "no connection within the time allowed",
  ETIMEDOUT: "no connection within the time allowed",
  ENETUNREACH: "the network is unreachable",
  EHOSTUNREACH: "the host is unreachable",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its TLS certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its TLS certificate chain is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its TLS certificate is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its TLS certificate is not trusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "its TLS certificate is for another host",
  CERT_HAS_EXPIRED: "its TLS certificate has expired",
};

function reasonOf(thrown: unknown): string {
  const error = thrown as {
    code?: string;
    cause?: { code?: string };
    errors?: { code?: string }[];
    message?: string;
  };
  const code = error.code ?? error.cause?.code ?? error.errors?.[0]?.code ?? "";
  return reasons[code] ?? (code !== "" ? code : (error.message ?? "unknown"));
}
