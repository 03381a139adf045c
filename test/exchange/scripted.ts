/**
 * The other side of the client's seams: answers from a list, a clock that sleeping moves on, and a record of what was
 * sent.
 */
import { clouds, type Cloud } from "../../lib/auth/clouds.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/client/exchange.ts";
import type { Pace } from "../../lib/net/retry.ts";
import type { TokenSource } from "../../lib/auth/token.ts";
import type { HttpReply, HttpRequest, Transport } from "../../lib/net/transport.ts";
import { Fault } from "../../lib/fault.ts";

export const tenantId = "7e4a4700-0000-4000-8000-00000000c0de";
export const clientId = "c11e4700-0000-4000-8000-00000000c0de";

export const endpoint = `https://outlook.office365.com/adminapi/beta/${tenantId}/InvokeCommand`;

/** An answer; a body that is no text goes as JSON. */
export function reply(
  status: number,
  body: unknown = "",
  headers: Record<string, string> = {},
): HttpReply {
  return {
    status,
    headers: { "request-id": "of-the-service", ...headers },
    text: typeof body === "string" ? body : JSON.stringify(body),
  };
}

/** A page of rows, with whatever else the envelope holds. */
export function rows(value: unknown, extras: Record<string, unknown> = {}): HttpReply {
  return reply(200, { "@odata.context": "x", ...extras, value });
}

/** A refusal in the encoding seen most: `Ex123456|class|text`. */
export function refusal(
  status: number,
  className: string,
  text: string,
  headers: Record<string, string> = {},
): HttpReply {
  return reply(
    status,
    {
      error: {
        code: "BadRequest",
        message: "Error executing cmdlet",
        details: [
          {
            code: "Context",
            target: "",
            message: `Ex6F9304|Microsoft.Exchange.Tasks.${className}|${text}`,
          },
        ],
      },
    },
    headers,
  );
}

export const notFound = (identity: string): HttpReply =>
  refusal(
    404,
    "ManagementObjectNotFoundException",
    `The operation couldn't be performed because object '${identity}' couldn't be found on ` +
      "'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'.",
  );

/** What the transport throws when no whole answer came. */
export const cut = (): Fault =>
  new Fault({
    kind: "unavailable",
    retryable: true,
    message: "No complete answer arrived from outlook.office365.com: the connection was cut.",
    cause: new Error("other side closed"),
  });

export type Scripted = HttpReply | Fault | ((request: HttpRequest) => HttpReply);

/** Gives the answers in turn and then fails the test; the last one again and again when `forever`. */
export function transportOf(
  answers: readonly Scripted[],
  forever = false,
): { transport: Transport; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    transport: (request) => {
      const answer = answers[forever ? Math.min(sent.length, answers.length - 1) : sent.length];
      sent.push(request);
      if (answer === undefined)
        throw new Error(`request ${sent.length} was not expected: ${request.url}`);
      if (answer instanceof Fault) return Promise.reject(answer);
      return Promise.resolve(typeof answer === "function" ? answer(request) : answer);
    },
  };
}

export interface Time {
  pace: Pace;
  clock(): number;
  /** Every wait, in milliseconds. */
  waits: number[];
  /** Lets time pass. */
  pass(ms: number): void;
  abort(reason: unknown): void;
}

/** Time that passes only by waiting. */
export function timeOf({ remainingMs = 25_000, random = 0 } = {}): Time {
  const controller = new AbortController();
  const start = Date.parse("2026-11-22T08:00:00Z");
  const waits: number[] = [];
  let now = start;
  const pace: Pace = {
    signal: controller.signal,
    remaining: () => start + remainingMs - now,
    sleep: (ms) => {
      waits.push(ms);
      now += ms;
      return Promise.resolve();
    },
    random: () => random,
    stats: { requests: 0, retries: 0, waitedMs: 0 },
  };
  return {
    pace,
    clock: () => now,
    waits,
    pass: (ms) => (now += ms),
    abort: (reason) => controller.abort(reason),
  };
}

/** Tokens `token-1`, `token-2` ...: a new one each time the last one was refused. */
export function tokensOf(): { token: TokenSource; refusals: unknown[] } {
  const refusals: { token: string; claims?: string | undefined }[] = [];
  return {
    refusals,
    token: {
      get: (refused) => {
        if (refused?.token === `token-${refusals.length + 1}`) refusals.push(refused);
        return Promise.resolve(`token-${refusals.length + 1}`);
      },
    },
  };
}

export interface Client {
  exchange: Exchange;
  sent: HttpRequest[];
  refusals: unknown[];
  time: Time;
}

export function clientOf(
  answers: readonly Scripted[],
  {
    remainingMs = 25_000,
    random = 0,
    forever = false,
    cloud = clouds.worldwide,
    exchangeUrl,
  }: {
    remainingMs?: number;
    random?: number;
    forever?: boolean;
    cloud?: Cloud;
    exchangeUrl?: string;
  } = {},
): Client {
  const { transport, sent } = transportOf(answers, forever);
  const { token, refusals } = tokensOf();
  const time = timeOf({ remainingMs, random });
  let ids = 0;
  const exchange = exchangeOnline(
    { tenantId, cloud, exchangeUrl },
    { transport, token, pace: time.pace, clock: time.clock, newId: () => `id-${++ids}` },
  );
  return { exchange, sent, refusals, time };
}

/** The fault that was thrown; fails the test when there was none, or when it was no `Fault`. */
export async function faultOf(work: Promise<unknown> | (() => unknown)): Promise<Fault> {
  let result: unknown;
  try {
    result = await (typeof work === "function" ? work() : work);
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error(`no fault was thrown, but there was: ${JSON.stringify(result)}`);
}
