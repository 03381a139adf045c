import { Fault } from "../fault.ts";
import type { Cloud } from "./clouds.ts";
import { repeatable, type Command } from "./command.ts";
import { bodyOf, type Row } from "./encoding.ts";
import { parsed, readReply, type Page } from "./replies.ts";
import { retrying, unanswered, type Pace, type Stats, type Try } from "./retry.ts";
import type { TokenSource } from "./token.ts";
import type { Transport } from "./transport.ts";
import { noticeOf, type NoticeKind } from "./wording.ts";

export interface Reply {
  rows: Row[];
  /** What the service said beside its answer; `kind` is set for what is understood. */
  notices: { kind?: NoticeKind | undefined; text: string }[];
}

/** Exchange Online, as seen by its nouns: cmdlets in, objects out. */
export interface Exchange {
  /** Calls a cmdlet and gives everything it answers, all pages together. Throws a `Fault`. */
  invoke(command: Command): Promise<Reply>;
  /** Calls a cmdlet and gives page by page as they arrive. A page that cannot be had is a fault, never the end of the list. */
  pages(command: Command): AsyncGenerator<Reply, void, undefined>;
  readonly stats: Readonly<Stats>;
}

export interface ExchangeSettings {
  tenantId: string;
  cloud: Cloud;
  /** Base URL to use instead of the cloud's Exchange host. Then nothing is sent anywhere else. */
  exchangeUrl: string | undefined;
}

interface Seams {
  transport: Transport;
  token: TokenSource;
  pace: Pace;
  /** Milliseconds since 1970. */
  clock(): number;
  newId(): string;
}

/** What every try of one page has in common. */
interface Call {
  command: Command;
  /** Path and query. */
  where: string;
  /** Whether a page came before it. */
  continued: boolean;
  body: string;
  requestId: string;
}

/** The arbitration mailbox that exists in every tenant: requests anchored on it meet the same backend, and so their own writes. */
const anchorMailbox = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";
const pageSize = 1000;
const mostRedirects = 3;

/** A client of the InvokeCommand endpoint (adminapi/beta): the one that Microsoft's own module uses and that has all cmdlets. */
export function exchangeOnline({ tenantId, cloud, exchangeUrl }: ExchangeSettings, { transport, token, pace, clock, newId }: Seams): Exchange {
  let base = exchangeUrl ?? `https://${cloud.exchange}`;
  const connectionId = newId();

  /** One try: follows the tenant to its region, and takes a new token when the first one is refused. */
  async function attempt({ command, where, continued, body, requestId }: Call): Promise<Try<Page>> {
    let refused: { token: string; claims?: string | undefined } | undefined;
    for (let redirects = 0; ; ) {
      const bearer = await token.get(refused);
      pace.stats.requests++;
      const reply = await transport({ method: "POST", url: base + where, headers: headersFor(command, bearer, requestId), body }, pace.signal).catch(unanswered);
      if ("fault" in reply) return reply;
      if (reply.status === 302 || reply.status === 307 || reply.status === 308) {
        if (++redirects > mostRedirects) throw new Fault({ kind: "unexpected", message: `Exchange Online sent ${command.cmdlet} from host to host.` });
        base = withinCloud("redirected to", reply.headers["location"] ?? "").origin;
      } else if (reply.status === 401 && refused === undefined) {
        // A token can be refused before its time, and once is no reason to give up: roles and policies change under it.
        refused = { token: bearer, claims: claimsIn(reply.headers["www-authenticate"]) };
        pace.stats.retries++;
      } else return readReply(reply, { command, continued, now: clock() });
    }
  }

  async function page(call: Call): Promise<Page> {
    const unknownOutcome: Fault[] = [];
    const read = await retrying(pace, async () => {
      const result = await attempt(call);
      // A throttled request was turned away at the door. Of any other fault that may pass, it is not known what had been done.
      if ("value" in result || !result.fault.retryable || result.fault.kind === "throttled") return result;
      unknownOutcome.push(result.fault);
      return repeatable(call.command) ? result : { fault: notAgain(result.fault, call.command) };
    });
    // "Nothing modified" may then be the doing of the try before, and is no news.
    return unknownOutcome.length === 0 ? read : { ...read, warnings: read.warnings.filter((warning) => noticeOf(warning) !== "nothingModified") };
  }

  function headersFor({ cmdlet }: Command, bearer: string, requestId: string): Record<string, string> {
    return {
      authorization: `Bearer ${bearer}`,
      "content-type": "application/json; charset=utf-8",
      accept: "application/json",
      "accept-encoding": "gzip",
      // Texts are matched only where no class tells, and then in English.
      "accept-language": "en-US",
      "x-cmdletname": cmdlet,
      "x-anchormailbox": `APP:${anchorMailbox}@${tenantId}`,
      "x-responseformat": "json",
      "x-clientapplication": "exchange-online-connector",
      prefer: `odata.maxpagesize=${pageSize}`,
      "client-request-id": requestId,
      "connection-id": connectionId,
    };
  }

  async function* pages(command: Command): AsyncGenerator<Reply, void, undefined> {
    const body = bodyOf(command.cmdlet, command.parameters);
    const requestId = newId();
    const select = command.select ? `?$select=${command.select.map(encodeURIComponent).join(",")}` : "";
    let where = `/adminapi/beta/${tenantId}/InvokeCommand${select}`;
    const seen = new Set<string>();
    for (;;) {
      const { rows, warnings, nextLink } = await page({ command, where, continued: seen.size > 0, body, requestId });
      // While there is a next page, "more results available" is not news.
      yield { rows, notices: warnings.map((text) => ({ kind: noticeOf(text), text })).filter(({ kind }) => kind !== "moreResults" || nextLink === undefined) };
      if (nextLink === undefined) return;
      seen.add(where);
      const next = withinCloud("named a next page at", nextLink);
      base = next.origin;
      where = next.pathname + next.search;
      if (seen.has(where)) throw new Fault({ kind: "unexpected", message: `Exchange Online gave the same page of ${command.cmdlet} twice; the list would never end.` });
    }
  }

  /**
   * The front door may send a tenant to its region (`xyz.outlook.office365.com`, sometimes with port 446, which is dropped), and
   * a next page may be there. The token goes to no other place.
   */
  function withinCloud(what: string, address: string): URL {
    const target = URL.canParse(address, base) ? new URL(address, base) : undefined;
    if (target?.origin === new URL(base).origin) return target;
    if (target && exchangeUrl === undefined && target.protocol === "https:" && `.${target.hostname}`.endsWith(`.${cloud.exchange}`)) {
      target.port = "";
      return target;
    }
    throw new Fault({ kind: "unexpected", message: `Exchange Online ${what} ${target ? target.origin : "no usable address"}, which is not part of this cloud; the token was not sent there.` });
  }

  return {
    pages,
    async invoke(command) {
      const all: Reply = { rows: [], notices: [] };
      for await (const { rows, notices } of pages(command)) {
        all.rows.push(...rows);
        all.notices.push(...notices);
      }
      return all;
    },
    stats: pace.stats,
  };
}

function notAgain(fault: Fault, { cmdlet }: Command): Fault {
  return new Fault({ kind: fault.kind, message: `${fault.message} It is not known whether ${cmdlet} was carried out, so it was not sent again.`, cause: fault, requestId: fault.requestId });
}

/** The claims challenge of continuous access evaluation: base64 text inside WWW-Authenticate. */
function claimsIn(header: string | undefined): string | undefined {
  const encoded = /claims="([^"]+)"/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const claims = Buffer.from(encoded, "base64").toString("utf8");
  const object = parsed(claims);
  return typeof object === "object" && object !== null ? claims : undefined;
}
