/**
 * The emulator on three loopback ports, one for each real host, so that a client that confuses them
 * is noticed.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  createEmulator,
  type Credentials,
  type Emulator,
  type EmulatorOptions,
} from "./emulator.ts";
import { bytesOf, type Answer } from "./message.ts";

export interface ServerOptions extends Omit<EmulatorOptions, "baseUrls"> {
  /**
   * Port of the Exchange side; the login side takes the next one, and Microsoft Graph the one after
   * it. 0 (the default) takes three free ports.
   */
  port?: number;
}

export interface RunningEmulator extends Credentials {
  loginUrl: string;
  exchangeUrl: string;
  graphUrl: string;
  /** The environment variables that send a bundle here. */
  env: Record<string, string>;
  emulator: Emulator;
  /** Ends every connection, including those without an answer. */
  close(): Promise<void>;
}

export async function startEmulator(options: ServerOptions = {}): Promise<RunningEmulator> {
  const { port = 0, ...rest } = options;
  const servers = [createServer(), createServer(), createServer()];
  const [exchange = "", login = "", graph = ""] = await listenAll(servers, port);
  const emulator = createEmulator({ ...rest, baseUrls: { login, exchange, graph } });
  servers.forEach((server, index) => {
    const origin = [exchange, login, graph][index] ?? "";
    server.on("request", (message, response) => void serve(emulator, origin, message, response));
  });
  const close = async (): Promise<void> => {
    const closed = servers.map((server) => once(server, "close"));
    for (const server of servers) server.close().closeAllConnections();
    await Promise.all(closed);
  };
  const urls = { loginUrl: login, exchangeUrl: exchange, graphUrl: graph };
  const env = {
    EXO_CONNECTOR_LOGIN_URL: login,
    EXO_CONNECTOR_EXCHANGE_URL: exchange,
    EXO_CONNECTOR_GRAPH_URL: graph,
  };
  return { ...emulator.credentials, ...urls, env, emulator, close };
}

/** Each on the next port, or each on a free one. All of them, or none. */
async function listenAll(servers: readonly Server[], port: number): Promise<string[]> {
  const urls: string[] = [];
  try {
    for (const [index, server] of servers.entries())
      urls.push(await listen(server, port === 0 ? 0 : port + index));
    return urls;
  } catch (error) {
    for (const server of servers.slice(0, urls.length)) server.close();
    throw error;
  }
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(
  emulator: Emulator,
  origin: string,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
  );
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const method = message.method ?? "GET";
    const text = Buffer.concat(chunks).toString("utf8");
    const url = `${origin}${message.url ?? "/"}`;
    send(
      await emulator.handle({ method, url, headers, text, signal: gone.signal }),
      message,
      response,
    );
  } catch (error) {
    // A fault of the emulator itself, reported loudly: no one must mistake it for the service's
    // behaviour.
    if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain" });
    response.end(
      `THE EMULATOR FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

function send(answer: Answer, { socket }: IncomingMessage, response: ServerResponse): void {
  const { status, headers, body, cut } = answer;
  if (cut === "before") return void socket.destroy();
  if (cut === undefined) return void response.writeHead(status, headers).end(body);
  const bytes = bytesOf(answer);
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => socket.destroy());
}
