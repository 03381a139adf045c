/**
 * What the emulator received, for tests to read: every request except those of the control API,
 * without any secret.
 */
import { catalogue } from "./catalogue.ts";
import { matchedBy } from "./graph/operations.ts";
import type { Incoming } from "./incoming.ts";
import { isRecord } from "./shapes.ts";

export interface Entry {
  /** ISO time of the emulator's clock. */
  at: string;
  side: "login" | "exchange" | "graph";
  method: string;
  path: string;
  query: string;
  /** For the exchange side; absent when the body does not name one. */
  cmdlet?: string;
  /** For Microsoft Graph: method and path, such as `PATCH /users/{user}`; absent when it does not know the path. */
  operation?: string;
  /**
   * Of the cmdlet; the body of a request to Microsoft Graph; for the login side the form's grant_type,
   * client_id, and scope or resource.
   */
  parameters?: Record<string, unknown>;
  /** Counts from 1. */
  page: number;
  /** Only headers that matter to the protocol, under lower-case names. */
  headers: Record<string, string>;
  credential: Incoming["credential"];
  /** Null while there is no answer, and for good when the connection was cut or never answered. */
  status: number | null;
  /** Real milliseconds until the answer began, or the connection was cut. Absent before that. */
  ms?: number;
  /**
   * Whether the request, also a read, was carried out successfully, even if the answer was lost.
   */
  applied: boolean;
  /** The fault that struck, if any. */
  fault?: string;
  /** The commands of a `$batch`, in the order in which they ran. */
  items?: Item[];
}

/** How many requests those who watch can be behind. */
const kept = 500;

/** The last requests that were answered, by number: for those who watch. The journal is for tests. */
export class Answered {
  #entries: Entry[] = [];
  #count = 0;

  add(entry: Entry): void {
    this.#count += 1;
    this.#entries.push(entry);
    if (this.#entries.length > 2 * kept) this.#entries = this.#entries.slice(-kept);
  }

  /** The requests after the first `number`, at most the last 500, and the number of the last one. */
  after(number: number): { last: number; requests: Entry[] } {
    const missing = Math.min(this.#count - number, kept);
    return { last: this.#count, requests: missing > 0 ? this.#entries.slice(-missing) : [] };
  }
}

/** One command of a batch; its status stays null when its answer is missing. */
export type Item = { id: string } & Pick<
  Entry,
  "cmdlet" | "operation" | "parameters" | "page" | "status" | "applied" | "fault"
> &
  // Of Microsoft Graph.
  Partial<Pick<Entry, "path" | "query">>;

const headersThatMatter = [
  "accept",
  "accept-encoding",
  "consistencylevel",
  "content-type",
  "prefer",
  "x-anchormailbox",
  "x-cmdletname",
  "client-request-id",
  "connection-id",
  "x-responseformat",
  "x-clientapplication",
  "x-clientmoduleversion",
  "x-serializationlevel",
  "parameter-based-routing",
  "warningaction",
  "user-agent",
];

export function entryFor(incoming: Incoming, now: number, page: number): Entry {
  const { side, url, method, headers, credential } = incoming;
  const shown = headersThatMatter.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, headers[name]]],
  );
  const entry: Entry = {
    at: new Date(now).toISOString(),
    side: side === "control" ? "exchange" : side,
    method,
    path: url.pathname,
    query: url.search,
    page,
    headers: Object.fromEntries(shown) as Record<string, string>,
    credential,
    status: null,
    applied: false,
  };
  if (side === "login") {
    const form = new URLSearchParams(incoming.text);
    return {
      ...entry,
      parameters: Object.fromEntries(
        ["grant_type", "client_id", "scope", "resource"].flatMap((name) =>
          form.has(name) ? [[name, form.get(name)]] : [],
        ),
      ),
    };
  }
  if (side === "graph") return { ...entry, ...graphRequest(incoming) };
  if (/\/(\$|%24)batch$/i.test(url.pathname)) return { ...entry, cmdlet: "$batch" };
  return { ...entry, ...command(incoming.json) };
}

export const itemFor = (id: string, body: unknown, page: number): Item => ({
  id,
  page,
  status: null,
  applied: false,
  ...command(body),
});

export const graphItemFor = (id: string, incoming: Incoming, page: number): Item => ({
  id,
  path: incoming.url.pathname,
  query: incoming.url.search,
  page,
  status: null,
  applied: false,
  ...graphRequest(incoming),
});

function graphRequest({ method, url, json }: Incoming): Pick<Entry, "operation" | "parameters"> {
  const operation = matchedBy(method, url.pathname)?.operation;
  // The items of a batch have lines of their own.
  const hasBody = isRecord(json) && operation !== "POST /$batch";
  return {
    ...(operation !== undefined && { operation }),
    ...(hasBody && { parameters: graphBody(json) }),
  };
}

/** Passwords are secret at any depth. */
function graphBody(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (isRecord(value)) return [name, graphBody(value)];
      return [name, /password$|secret|credential/i.test(name) ? "(secret)" : value];
    }),
  );
}

function command(body: unknown): Pick<Entry, "cmdlet" | "parameters"> {
  const input = (
    body as { CmdletInput?: { CmdletName?: unknown; Parameters?: unknown } } | null | undefined
  )?.CmdletInput;
  return typeof input?.CmdletName === "string"
    ? { cmdlet: input.CmdletName, parameters: withoutSecrets(input.CmdletName, input.Parameters) }
    : {};
}

function withoutSecrets(cmdlet: string, parameters: unknown): Record<string, unknown> {
  const facts = catalogue.cmdlets[cmdlet]?.parameters ?? {};
  const secret = (name: string): boolean =>
    /password|credential|secret/i.test(name) ||
    ["SecureString", "PSCredential"].includes(facts[name]?.type ?? "");
  return Object.fromEntries(
    Object.entries(parameters ?? {}).map(([name, value]: [string, unknown]) => [
      name,
      secret(name) ? "(secret)" : value,
    ]),
  );
}
