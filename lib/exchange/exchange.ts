import { Fault } from "../fault.ts";
import type { Cloud } from "./clouds.ts";
import { bodyOf, type Parameters, type Row } from "./encoding.ts";
import { failureOf, pageOf, type Page } from "./replies.ts";
import { retrying, type Pace, type Stats, type Try } from "./retry.ts";
import type { TokenSource } from "./token.ts";
import type { HttpReply, Transport } from "./transport.ts";
import { noticeOf, type NoticeKind } from "./wording.ts";

/** One call of a cmdlet. */
export interface Command {
  cmdlet: string;
  parameters: Parameters;
  /** The properties wanted back; all of them when left out. */
  select?: readonly string[];
}

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
  /** Base URL to use instead of the cloud's Exchange host. */
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

/** The arbitration mailbox that exists in every tenant: requests anchored on it meet the same backend, and so their own writes. */
const anchorMailbox = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";
const pageSize = 1000;
const mostRedirects = 3;

/** A client of the InvokeCommand endpoint (adminapi/beta): the one that Microsoft's own module uses and that has all cmdlets. */
export function exchangeOnline({ tenantId, cloud, exchangeUrl }: ExchangeSettings, { transport, token, pace, clock, newId }: Seams): Exchange {
  let base = exchangeUrl ?? `https://${cloud.exchange}`;
  const connectionId = newId();

  async function page(command: Command, url: string, body: string, requestId: string): Promise<Page> {
    let refused: { token: string; claims?: string | undefined } | undefined;
    return await retrying(pace, async (): Promise<Try<Page>> => {
      for (let redirects = 0; ; ) {
        const bearer = await token.get(refused);
        pace.stats.requests++;
        let reply: HttpReply;
        try {
          reply = await transport({ method: "POST", url: url.startsWith("/") ? base + url : url, headers: headersFor(command, bearer, requestId), body }, pace.signal);
        } catch (thrown) {
          return { fault: Fault.of(thrown) };
        }
        if (reply.status >= 200 && reply.status < 300) return pageOf(reply, command.cmdlet);
        if (reply.status === 302 || reply.status === 307 || reply.status === 308) {
          if (++redirects > mostRedirects) return { fault: new Fault({ kind: "unexpected", message: `Exchange Online sent ${command.cmdlet} from host to host.` }) };
          base = regionalBase(reply.headers["location"], base, cloud);
          continue;
        }
        const failure = failureOf(reply, command.cmdlet, clock());
        // A token can be refused before its time, and once is no reason to give up: roles and policies change under it.
        if (reply.status === 401 && refused === undefined && !failure.fault.retryable) {
          refused = { token: bearer, claims: claimsIn(reply.headers["www-authenticate"]) };
          pace.stats.retries++;
          continue;
        }
        return { ...failure, fault: aboutWhat(failure.fault, command) };
      }
    });
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
    let url = `/adminapi/beta/${tenantId}/InvokeCommand${select}`;
    const seen = new Set<string>();
    for (;;) {
      const { rows, warnings, nextLink } = await page(command, url, body, requestId);
      // While there is a next page, "more results available" is not news.
      yield { rows, notices: warnings.map((text) => ({ kind: noticeOf(text), text })).filter(({ kind }) => kind !== "moreResults" || nextLink === undefined) };
      if (nextLink === undefined) return;
      url = sameService(nextLink, base, cloud);
      if (seen.has(url)) throw new Fault({ kind: "unexpected", message: `Exchange Online gave the same page of ${command.cmdlet} twice; the list would never end.` });
      seen.add(url);
    }
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

/** The front door may send a tenant to its region (`xyz.outlook.office365.com`, sometimes with port 446). The token goes to no other place. */
function regionalBase(location: string | undefined, base: string, cloud: Cloud): string {
  const target = urlOf(location ?? "", base);
  const current = new URL(base);
  if (target?.origin === current.origin) return base;
  if (target?.protocol === "https:" && target.hostname.endsWith(`.${cloud.exchange}`)) return `https://${target.hostname}`;
  throw foreign("redirected to", target);
}

/** A next page is asked for where this one came from, or in the tenant's region. */
function sameService(link: string, base: string, cloud: Cloud): string {
  const target = urlOf(link, base);
  if (target?.origin === new URL(base).origin) return target.href;
  if (target?.protocol === "https:" && `.${target.hostname}`.endsWith(`.${cloud.exchange}`)) return target.href;
  throw foreign("named a next page at", target);
}

function urlOf(text: string, base: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

function foreign(what: string, target: URL | null): Fault {
  return new Fault({ kind: "unexpected", message: `Exchange Online ${what} ${target ? target.host : "no usable address"}, which is not part of this cloud; the token was not sent there.` });
}

/** The claims challenge of continuous access evaluation: base64 text inside WWW-Authenticate. */
function claimsIn(header: string | undefined): string | undefined {
  const encoded = /claims="([^"]+)"/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const claims = Buffer.from(encoded, "base64").toString("utf8");
  return claims.startsWith("{") ? claims : undefined;
}

/** "Not found" is only believed of the object that was named: the text can be about another one. */
function aboutWhat(fault: Fault, { parameters }: Command): Fault {
  if (fault.kind !== "missing") return fault;
  const identity = parameters["Identity"];
  const quoted = [...fault.message.matchAll(/['"“‘]([^'"”’]+)['"”’]/g)].map((match) => (match[1] ?? "").toLowerCase());
  if (typeof identity === "string" && (fault.message.toLowerCase().includes(identity.toLowerCase()) || quoted.length === 0)) return fault;
  return new Fault({ kind: "unexpected", message: fault.message, cause: fault, requestId: fault.requestId });
}
