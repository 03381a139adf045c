/** A request parsed once, so that faults, the journal and both services read the same thing. */
import type { Headers, Message } from "./message.ts";

export interface Incoming {
  side: "login" | "exchange" | "control";
  url: URL;
  method: string;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when it is not. */
  json: unknown;
  /** The kind of credential; never the credential itself. */
  credential: "bearer" | "secret" | "assertion" | "none";
}

export function takeApart(message: Message, loginUrl: string): Incoming {
  const { method, headers, text } = message;
  const url = new URL(message.url);
  return {
    side: sideOf(url, loginUrl),
    url,
    method,
    headers,
    text,
    json: parsed(text),
    credential: credentialOf(headers, text),
  };
}

function sideOf({ pathname, origin }: URL, loginUrl: string): Incoming["side"] {
  if (pathname.startsWith("/_emulator/")) return "control";
  if (origin === new URL(loginUrl).origin) return "login";
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
