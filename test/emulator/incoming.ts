/** A request parsed once, so that faults, the journal and the services read the same thing. */
import type { Headers, Message } from "./message.ts";

export interface Incoming {
  side: "login" | "exchange" | "graph" | "control";
  url: URL;
  method: string;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when it is not. */
  json: unknown;
  /** The kind of credential; never the credential itself. */
  credential: "bearer" | "secret" | "assertion" | "none";
  /** The service's own id of a request to Microsoft Graph, which headers and errors repeat. */
  requestId?: string;
  /** When a request to Microsoft Graph arrived, in milliseconds since 1970. */
  at?: number;
}

/** The origins of the hosts, without a trailing slash. */
export interface BaseUrls {
  login: string;
  exchange: string;
  graph: string;
}

export function takeApart(message: Message, hosts: BaseUrls): Incoming {
  const { method, headers, text } = message;
  const url = new URL(message.url);
  return {
    side: sideOf(url, hosts),
    url,
    method,
    headers,
    text,
    json: parsed(text),
    credential: credentialOf(headers, text),
  };
}

function sideOf({ pathname, origin }: URL, { login, graph }: BaseUrls): Incoming["side"] {
  if (pathname.startsWith("/_emulator/")) return "control";
  if (origin === new URL(login).origin) return "login";
  if (origin === new URL(graph).origin) return "graph";
  // The page. No request of a client has this path.
  return pathname === "/" ? "control" : "exchange";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

function credentialOf(headers: Headers, text: string): Incoming["credential"] {
  if (headers["authorization"] !== undefined) return "bearer";
  if (/(^|&)client_assertion=/.test(text)) return "assertion";
  return /(^|&)client_secret=/.test(text) ? "secret" : "none";
}
