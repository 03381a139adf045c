/** A request parsed once, so that faults, the journal and both services read the same thing. */

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

export async function takeApart(request: Request, loginUrl: string): Promise<Incoming> {
  const url = new URL(request.url);
  const text = await request.text();
  return {
    side: sideOf(url, loginUrl),
    url,
    method: request.method,
    headers: request.headers,
    text,
    json: parsed(text),
    credential: credentialOf(request.headers, text),
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
  if (headers.has("authorization")) return "bearer";
  if (/(^|&)client_assertion=/.test(text)) return "assertion";
  return /(^|&)client_secret=/.test(text) ? "secret" : "none";
}
