/** Loaded only when the environment names a proxy. The parts of undici are imported by path, as in undici.ts. */
import type { Agent, Dispatcher } from "undici";
import connect from "undici/lib/api/api-connect.js";
import EnvHttpProxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import Pool from "undici/lib/dispatcher/pool.js";
import type { Proxy } from "./proxy.ts";

/** The proxy could not be reached, or does not connect to the host. The request was not sent. */
export class ProxyError extends Error {
  /** The status of the proxy's answer. */
  readonly status: number | undefined;

  constructor(details: { status?: number; cause?: unknown }) {
    super("No connection through the proxy.", { cause: details.cause });
    this.name = "ProxyError";
    this.status = details.status;
  }
}

/** An agent that requests a tunnel to each host from the proxy, except to the hosts of `NO_PROXY`. */
export function proxyAgent(
  { url, authorization, exceptions, hostTls }: Proxy,
  { connectTimeoutMs, ...options }: Agent.Options & { connectTimeoutMs: number },
): Dispatcher {
  const limits = { timeout: connectTimeoutMs };
  return new EnvHttpProxyAgent({
    ...options,
    connectTimeout: connectTimeoutMs,
    requestTls: { ...limits, ...hostTls },
    proxyTls: limits,
    httpProxy: "",
    httpsProxy: url.href,
    noProxy: exceptions,
    ...(authorization !== undefined && { token: authorization }),
    clientFactory(origin, connection) {
      // The proxy answers once it has tried to connect to the host.
      const client = new Pool(origin, { ...connection, headersTimeout: 2 * connectTimeoutMs });
      return Object.assign(client, { connect: tunnelThrough(client) });
    },
  });
}

/**
 * undici's own errors of a tunnel do not tell the proxy from the host, and after a connection that the proxy cuts
 * (UND_ERR_SOCKET) it retries immediately and forever.
 */
function tunnelThrough(client: Dispatcher) {
  return async (options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
    const answer = await connect.call(client, options).catch((cause: unknown) => {
      throw new ProxyError({ cause });
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", () => undefined).destroy();
    throw new ProxyError({ status: answer.statusCode });
  };
}
