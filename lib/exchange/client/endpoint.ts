import { Fault } from "../../fault.ts";
import type { Cloud } from "../../auth/clouds.ts";
import { claimsIn } from "../../auth/claimsChallenge.ts";
import type { Command } from "./command.ts";
import type { KeptAnswers } from "../../net/keptAnswers.ts";
import { retryAfterMs, unanswered, waited, type Failure, type Pace } from "../../net/retry.ts";
import { defaultMaxRequests, requestSlots, type RequestSlots } from "../../net/requestSlots.ts";
import type { TokenSource } from "../../auth/token.ts";
import type { HttpReply, Transport } from "../../net/transport.ts";
import type { Outcome } from "../../net/turns.ts";
import type { Tally } from "../../tally.ts";
import { isBusy } from "./errors.ts";

export interface ExchangeSettings {
  tenantId: string;
  cloud: Cloud;
  /** Base URL to use instead of the cloud's Exchange host. Then nothing is sent anywhere else. */
  exchangeUrl: string | undefined;
}

export interface Seams {
  transport: Transport;
  token: TokenSource;
  pace: Pace;
  /** Milliseconds since 1970. */
  clock(): number;
  newId(): string;
  /** Limits the requests in progress. Absent: those of this client alone. */
  slots?: RequestSlots;
  /** Counts what is read one by one. */
  tally?: Tally;
  /** The answers of an earlier run of the same import. */
  answers?: KeptAnswers;
}

/** One request to the admin API. */
export interface Post {
  /** The cmdlet that is called, or `$batch`. */
  what: string;
  /** Path and query. */
  where: string;
  /** The body; a body that contains the token is created when the token is known. */
  body: string | ((bearer: string) => string);
  requestId: string;
  /** Sent in `Prefer`, in addition to the page size. */
  prefer?: string;
  /** Others wait until it is answered (see `RequestSlots`). */
  isUrgent?: boolean;
  /** The number of cmdlets in it. Absent: one. */
  cmdlets?: number;
  /** What came of several cmdlets, by an answer to them all. Undefined for any other answer. */
  outcomesIn?(reply: HttpReply): readonly HttpReply[] | undefined;
  /** Called for each request: a redirect and a refused token lead to another one. */
  onSend?(): void;
}

/**
 * Where a tenant's cmdlets are called (adminapi/beta): the address that Microsoft's own module uses and that has all
 * of them.
 */
export interface Endpoint {
  /** One attempt. Follows the tenant to its region, and gets a new token when the first one is refused. */
  post(post: Post): Promise<HttpReply | Failure>;
  /** The path for a command's first page. */
  pathOf(command: Command): string;
  batchPath: string;
  /** The maximum number of requests in progress. */
  maxRequests: number;
  /** The path of a next page, once it is known to be within this cloud. */
  pathOfNext(nextLink: string): string;
  /** A path as the absolute address that a batch requires. */
  urlOf(where: string): string;
  headersFor(what: string, bearer: string): Record<string, string>;
}

const unknownOutcome: Outcome = { passed: 0, refused: 0 };

/**
 * What came of cmdlets, in the order in which they were sent. A 429 refuses their pace (RFC 6585), unless its text is
 * about concurrent requests. Redirects, refused tokens and faults of a gateway show nothing about any cmdlet.
 */
function outcomeOf(replies: readonly HttpReply[], now: number): Outcome {
  const isTooMany = (reply: HttpReply): boolean => !reply.json && isBusy(reply.text);
  const isRefused = (reply: HttpReply): boolean => reply.status === 429 && !isTooMany(reply);
  const isPassed = (reply: HttpReply): boolean =>
    (reply.status < 300 || [400, 403, 404].includes(reply.status)) && !isTooMany(reply);
  const refused = replies.filter(isRefused);
  const waits = refused.map(({ headers }) => retryAfterMs(headers["retry-after"], now) ?? 0);
  const afterMs = Math.max(0, ...waits);
  return {
    passed: replies.filter(isPassed).length,
    refused: replies.slice(replies.findLastIndex(isPassed) + 1).filter(isRefused).length,
    afterMs: afterMs > 0 ? afterMs : undefined,
  };
}

/**
 * The arbitration mailbox that exists in every tenant: requests anchored on it reach the same backend, and so see
 * their own writes.
 */
const anchorMailbox = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";
const pageSize = 1000;
const maxRedirects = 3;

export function endpointOf(
  { tenantId, cloud, exchangeUrl }: ExchangeSettings,
  {
    transport,
    token,
    pace,
    clock,
    newId,
    slots = requestSlots(defaultMaxRequests, { clock }),
  }: Seams,
): Endpoint {
  let base = exchangeUrl ?? `https://${cloud.exchange}`;
  const connectionId = newId();
  const root = `/adminapi/beta/${tenantId}`;

  function headersFor(what: string, bearer: string): Record<string, string> {
    return {
      authorization: `Bearer ${bearer}`,
      "content-type": "application/json; charset=utf-8",
      accept: "application/json",
      // Texts are matched only where the exception class is not enough, and then in English.
      "accept-language": "en-US",
      "x-cmdletname": what,
      "x-anchormailbox": `APP:${anchorMailbox}@${tenantId}`,
      "x-responseformat": "json",
      "x-clientapplication": "exchange-online-connector",
      prefer: `odata.maxpagesize=${pageSize}`,
    };
  }

  async function sent(
    { what, where, body, requestId, prefer, isUrgent, cmdlets = 1, outcomesIn, onSend }: Post,
    bearer: string,
  ): Promise<HttpReply | Failure> {
    const own = headersFor(what, bearer);
    const headers = {
      ...own,
      prefer: [own["prefer"], prefer].filter(Boolean).join("; "),
      "accept-encoding": "gzip",
      "client-request-id": requestId,
      "connection-id": connectionId,
    };
    let times = 0;
    const send = async (): Promise<HttpReply | Failure> => {
      // The run may have ended while this request waited for its slot.
      if (pace.signal.aborted) return unanswered(pace.signal.reason);
      pace.stats.requests++;
      if (++times > 1) pace.stats.retries++;
      onSend?.();
      return await transport(
        {
          method: "POST",
          url: base + where,
          headers,
          body: typeof body === "string" ? body : body(bearer),
        },
        pace.signal,
      ).catch(unanswered);
    };
    return await slots.run(send, {
      isRefusal: (reply) => "status" in reply && isBusy(reply.text),
      mayFollow: (refusal) => "status" in refusal && refusal.headers["retry-after"] === undefined,
      isUrgent,
      paced: {
        operations: cmdlets,
        sleep: waitedInTime,
        outcomeOf: (reply) =>
          "status" in reply ? outcomeOf(outcomesIn?.(reply) ?? [reply], clock()) : unknownOutcome,
      },
    });
  }

  async function waitedInTime(ms: number): Promise<void> {
    if (ms >= pace.remaining())
      throw new Fault({
        kind: "throttled",
        retryable: true,
        message:
          `Exchange Online takes no more cmdlets of this application for ${Math.ceil(ms / 1000)} s, ` +
          "which would exceed the remaining time.",
      });
    await waited(pace, ms);
  }

  /**
   * The front door may send a tenant to its region (`xyz.outlook.office365.com`, sometimes with port 446, which is
   * dropped), and a next page may be there. The token goes to no other place.
   */
  function withinCloud(what: string, address: string): URL {
    const target = URL.canParse(address, base) ? new URL(address, base) : undefined;
    if (target?.origin === new URL(base).origin) return target;
    if (
      target &&
      exchangeUrl === undefined &&
      target.protocol === "https:" &&
      `.${target.hostname}`.endsWith(`.${cloud.exchange}`)
    ) {
      target.port = "";
      return target;
    }
    throw new Fault({
      kind: "unexpected",
      message:
        `Exchange Online ${what} ${target ? target.origin : "no usable address"}, which is not part of ` +
        "this cloud; the token was not sent there.",
    });
  }

  return {
    async post(post) {
      let refused: { token: string; claims?: string | undefined } | undefined;
      for (let redirects = 0; ;) {
        const bearer = await token.get(refused);
        const reply = await sent(post, bearer);
        if ("fault" in reply) return reply;
        if (reply.status === 302 || reply.status === 307 || reply.status === 308) {
          if (++redirects > maxRedirects)
            throw new Fault({
              kind: "unexpected",
              message: `Exchange Online redirected ${post.what} more than ${maxRedirects} times.`,
            });
          base = withinCloud("redirected to", reply.headers["location"] ?? "").origin;
        } else if (reply.status === 401 && refused === undefined) {
          // A token can be refused before it expires, because roles and policies change: one refusal is not final.
          refused = { token: bearer, claims: claimsIn(reply.headers["www-authenticate"]) };
          pace.stats.retries++;
        } else return reply;
      }
    },
    pathOf: ({ select }) =>
      `${root}/InvokeCommand${select ? `?$select=${select.map(encodeURIComponent).join(",")}` : ""}`,
    batchPath: `${root}/$batch`,
    maxRequests: slots.max,
    pathOfNext(nextLink) {
      const next = withinCloud("named a next page at", nextLink);
      base = next.origin;
      return next.pathname + next.search;
    },
    urlOf: (where) => base + where,
    headersFor,
  };
}
