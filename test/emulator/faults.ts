/** Faults on request: what goes wrong between a valid request and its answer, chosen by a test. */
import { gunzipSync } from "node:zlib";
import { generator } from "./chance.ts";
import {
  badRequest,
  errorResponse,
  forbidden,
  onRequest,
  Refusal,
  unauthorized,
} from "./exchange/errors.ts";
import { isDocumented } from "./exchange/documentedCmdlets.ts";
import { graphFault, isOfGraph } from "./graph/faults.ts";
import { operations } from "./graph/operations.ts";
import type { Incoming } from "./incoming.ts";
import { answerOf, cutOff, jsonAnswer, textOf, type Answer } from "./message.ts";
import { pause } from "./pause.ts";
import type { Behaviour } from "./state.ts";

/** Refusals of Exchange that a fault can name. */
const refusals = Object.keys(onRequest) as (keyof typeof onRequest)[];

export const faultNames = [
  ...refusals,
  "ignored",
  "signInUnavailable",
  "throttled",
  "throttledNoRetryAfter",
  "concurrency",
  "unavailable",
  "html",
  "tokenRefused",
  "forbiddenNul",
  "falseGzip",
  "transient",
  "redirect",
] as const;
export type FaultName = (typeof faultNames)[number];

export interface Fault {
  /**
   * Which requests, or with `item` which commands inside a batch; absent parts match everything.
   * `page` counts from 1, and so does `nth`, which counts all requests since the faults were set;
   * `after` is the number of those that must have come before.
   */
  match?: {
    side?: "login" | "exchange" | "graph";
    cmdlet?: string;
    /** Of Microsoft Graph, as in the journal: `PATCH /users/{user}`. */
    operation?: string;
    page?: number;
    nth?: number;
    after?: number;
    item?: true;
  };
  /**
   * Also strikes what an earlier fault of the list struck, so that two happen at once: delays add
   * up, and what the earlier one does not say is taken from this one.
   */
  also?: true;
  /** Matching requests to leave alone first. */
  skip?: number;
  /** Matching requests to strike; default: all (`tokenRefused`: one). */
  times?: number;
  /**
   * From 0 to 1: how likely a matching request is struck. `skip` and `times` count only what chance
   * has chosen.
   */
  chance?: number;
  /** Seeds the random numbers: the same seed strikes the same requests. Default 1. */
  seed?: number;
  /** Real milliseconds before anything else happens. */
  delayMs?: number;
  /** Never answer. */
  hang?: true;
  /**
   * Drop the connection before the request takes effect, after it did, or in the middle of the
   * answer's bytes.
   */
  cut?: "before" | "after" | "half";
  /**
   * For items of a batch: the response is missing. The command was run, unless the fault has an
   * `answer` or a name as well.
   */
  drop?: true;
  /** Answer this instead of applying the request. A `body` other than text is sent as JSON. */
  answer?: {
    status: number;
    headers?: Record<string, string>;
    body?: unknown;
    bodyBase64?: string;
  };
  named?: FaultName;
  /** For an `answer` or a name: carry the request out first. Its true answer is lost. */
  applied?: true;
  /** Add this warning to a successful answer. */
  warning?: string;
  /**
   * For `throttled` and `unavailable`: the Retry-After header, in seconds, possibly decimal
   * (observed).
   */
  retryAfter?: string;
  /** For `concurrency`, `transient`, `signInUnavailable` and refusals: a status other than theirs. */
  status?: number;
  /** For `transient`: the full exception class. */
  className?: string;
  /** For `redirect`: the origin to send the client to. */
  location?: string;
}

/** The same faults for commands in a batch as well: they strike wherever a command arrives. */
export function anywhere(faults: readonly Fault[]): Fault[] {
  return faults.flatMap((fault) => [fault, { ...fault, match: { ...fault.match, item: true } }]);
}

interface Armed {
  fault: Fault;
  /** Matching requests so far. */
  seen: number;
  random: () => number;
}

function armed(fault: Fault): Armed {
  return { fault, seen: 0, random: generator(fault.seed ?? 1) };
}

export class Faults {
  #armed: Armed[] = [];
  #requests = 0;

  replace(faults: readonly Fault[]): void {
    this.#requests = 0;
    this.#armed = faults.map(armed);
  }

  /** Adds to the end of the list. What the others have counted stays. */
  add(faults: readonly Fault[]): void {
    this.#armed.push(...faults.map(armed));
  }

  list(): (Fault & { seen: number })[] {
    return this.#armed.map(({ fault, seen }) => ({ ...fault, seen }));
  }

  /**
   * The first fault that strikes this request, if any; `what` is its cmdlet or operation. The faults
   * after it do not count a request that was struck.
   */
  strike(side: string, what: string | undefined, page: number): Fault | undefined {
    this.#requests += 1;
    return this.#find(false, side, what, page);
  }

  /**
   * The first fault that strikes this command inside a batch, if any. `nth` still counts requests.
   */
  strikeItem(side: string, what: string | undefined, page: number): Fault | undefined {
    return this.#find(true, side, what, page);
  }

  /** Counts a request that no fault may strike. */
  pass(): void {
    this.#requests += 1;
  }

  #find(item: boolean, side: string, what: string | undefined, page: number): Fault | undefined {
    const request = { item, side, what: what?.toLowerCase(), page, nth: this.#requests };
    let found: Fault | undefined;
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (found && !fault.also) continue;
      if (!matched(fault, request) || !isDue(armed)) continue;
      found = found ? together(found, fault) : fault;
    }
    return found;
  }
}

interface Request {
  item: boolean;
  side: string;
  /** Cmdlet or operation, in lower case. */
  what: string | undefined;
  page: number;
  nth: number;
}

function matched({ match = {}, named }: Fault, request: Request): boolean {
  const { item = false, side, cmdlet, operation, page, nth, after = 0 } = match;
  const what = cmdlet ?? operation;
  return (
    item === request.item &&
    (side === undefined || side === request.side) &&
    (cmdlet === undefined || request.side !== "graph") &&
    (operation === undefined || request.side === "graph") &&
    (what === undefined || what.toLowerCase() === request.what) &&
    (named === undefined || request.side !== "graph" || isOfGraph(named)) &&
    (page === undefined || page === request.page) &&
    (nth === undefined || nth === request.nth) &&
    request.nth > after
  );
}

/** Counts a matching request, and decides whether the fault strikes it. */
function isDue(armed: Armed): boolean {
  const { skip = 0, chance = 1, named } = armed.fault;
  const { times = named === "tokenRefused" ? 1 : Infinity } = armed.fault;
  if (chance < 1 && armed.random() >= chance) return false;
  armed.seen += 1;
  return armed.seen > skip && armed.seen <= skip + times;
}

function together(first: Fault, second: Fault): Fault {
  const answers = first.answer ?? first.named;
  const { answer: _, named: __, ...rest } = second;
  const delayMs = (first.delayMs ?? 0) + (second.delayMs ?? 0);
  return {
    ...(answers === undefined ? second : rest),
    ...first,
    ...(delayMs > 0 ? { delayMs } : {}),
  };
}

/** One line for the journal. */
export function nameOf(fault: Fault): string {
  const parts = [
    fault.named,
    fault.applied && "applied",
    fault.warning !== undefined && "warning",
    fault.answer && `answer ${fault.answer.status}`,
    fault.cut && `cut ${fault.cut}`,
    fault.hang && "hang",
    fault.drop && "drop",
    fault.delayMs !== undefined && `delay ${fault.delayMs} ms`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** What a fault strikes. `apply` carries the request out, and returns the true answer. */
interface Struck {
  incoming: Incoming;
  signal: AbortSignal;
  behaviour: Behaviour;
  apply: () => Promise<Answer>;
}

/**
 * Carries out a fault around `apply`. A cut connection is
 * `cutOff`.
 */
export async function carryOut(
  fault: Fault,
  { incoming, signal, behaviour, apply }: Struck,
): Promise<Answer> {
  await pause(fault.delayMs ?? 0);
  if (fault.hang)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  if (fault.hang || fault.cut === "before") return cutOff;
  if (fault.applied) await apply();
  const answer = faultyAnswer(fault, incoming, behaviour) ?? (await apply());
  const response = fault.warning === undefined ? answer : warned(answer, fault.warning);
  if (fault.cut === "after") return cutOff;
  return fault.cut === "half" ? { ...response, cut: "half" } : response;
}

function faultyAnswer(fault: Fault, incoming: Incoming, behaviour: Behaviour): Answer | undefined {
  if (fault.answer) return answered(fault.answer);
  if (fault.named && incoming.side === "graph" && isOfGraph(fault.named))
    return graphFault(fault.named, fault, incoming);
  return fault.named ? namedAnswer(fault, fault.named, incoming, behaviour) : undefined;
}

/** A successful answer with one more warning. */
function warned(answer: Answer, warning: string): Answer {
  if (answer.status !== 200) return answer;
  const { "content-encoding": encoding, ...headers } = answer.headers;
  const text = encoding === "gzip" ? gunzipSync(answer.body).toString() : textOf(answer);
  const body = JSON.parse(text) as Record<string, unknown>;
  const warnings = [body["@adminapi.warnings"] ?? [], warning].flat();
  return { ...answer, headers, body: JSON.stringify({ ...body, "@adminapi.warnings": warnings }) };
}

const plainText = { "Content-Type": "text/plain;charset=UTF-8" };

function answered(answer: NonNullable<Fault["answer"]>): Answer {
  const { status, headers = {}, body, bodyBase64 } = answer;
  if (bodyBase64 !== undefined) return answerOf(status, headers, Buffer.from(bodyBase64, "base64"));
  if (body === undefined) return answerOf(status, headers);
  if (typeof body === "string") return answerOf(status, { ...plainText, ...headers }, body);
  return jsonAnswer(body, status, headers);
}

const transientClass = "Microsoft.Exchange.Data.Directory.ADServerSettingsChangedException";

/**
 * The shapes are observed; a status that was not observed with its shape is assumed, and can be
 * set.
 */
function namedAnswer(
  fault: Fault,
  name: FaultName,
  incoming: Incoming,
  behaviour: Behaviour,
): Answer {
  const retry = (seconds: string): Record<string, string> => ({
    "Retry-After": fault.retryAfter ?? seconds,
  });
  if (isRefusal(name)) {
    const response = errorResponse(onRequest[name](identityOf(incoming)), behaviour);
    const { status = response.status } = fault;
    return { ...response, status };
  }
  switch (name) {
    case "ignored":
      return jsonAnswer({ "@odata.context": `${incoming.url.origin}/$metadata`, value: [] });
    case "signInUnavailable":
      return jsonAnswer(
        {
          error: "temporarily_unavailable",
          error_description: "AADSTS90033: A transient error has occurred. Please try again.",
          error_codes: [90033],
        },
        fault.status ?? 400,
      );
    case "throttled":
      return tooManyRequests(behaviour, fault.retryAfter ?? "1");
    case "throttledNoRetryAfter":
      return tooManyRequests(behaviour);
    case "concurrency":
      return tooManyAtOnce(fault.status ?? 400, behaviour);
    case "unavailable":
      return answerOf(503, fault.retryAfter === undefined ? {} : retry(""));
    case "html":
      return answerOf(
        502,
        { "Content-Type": "text/html" },
        "<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h2>Our services aren't " +
          "available right now</h2></body></html>",
      );
    case "tokenRefused":
      return unauthorized("The token is no longer accepted.", "https://login.microsoftonline.com");
    case "forbiddenNul":
      return forbidden(undefined);
    case "falseGzip":
      return jsonAnswer(
        { error: { code: "BadRequest", message: "Not compressed, whatever the header says" } },
        400,
        { "Content-Encoding": "gzip" },
      );
    case "transient":
      return errorResponse(
        new Refusal({
          status: fault.status ?? 500,
          code: "InternalServerError",
          className: fault.className ?? transientClass,
          text: "An Active Directory server became unavailable. Please try again later.",
        }),
        behaviour,
      );
    case "redirect":
      return answerOf(302, {
        Location: `${fault.location ?? "https://elsewhere.invalid"}${incoming.url.pathname}${incoming.url.search}`,
      });
  }
}

const isRefusal = (name: FaultName): name is keyof typeof onRequest =>
  refusals.some((one) => one === name);

function identityOf({ json }: Incoming): string {
  const { CmdletInput: input } = (json ?? {}) as {
    CmdletInput?: { Parameters?: { Identity?: unknown } };
  };
  const identity = input?.Parameters?.Identity;
  return typeof identity === "string" ? identity : "";
}

export const tooManyAtOnce = (status: number, behaviour: Behaviour): Answer =>
  throttled(
    "You have reached the maximum number of concurrent requests per tenant. Please wait and try again",
    status,
    behaviour,
  );

/** As the refusals of one request that is throttled. `retryAfter`: seconds, possibly decimal. */
export const tooManyRequests = (behaviour: Behaviour, retryAfter?: string): Answer =>
  throttled(
    "Too many requests",
    429,
    behaviour,
    retryAfter === undefined ? {} : { "Retry-After": retryAfter },
  );

/** As text (observed), or in the envelope of an error (`throttledBody`). */
function throttled(
  text: string,
  status: number,
  { throttledBody }: Behaviour,
  headers: Record<string, string> = {},
): Answer {
  if (throttledBody === "text")
    return answerOf(status, { "Content-Type": "text/plain", ...headers }, text);
  const error = { code: "TooManyRequests", message: text };
  return jsonAnswer({ error }, status, headers);
}

const count = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1;
const matches: Record<string, (value: unknown) => boolean> = {
  side: (value) => ["login", "exchange", "graph"].includes(String(value)),
  cmdlet: (value) => typeof value === "string",
  operation: (value) => typeof value === "string",
  page: count,
  nth: count,
  after: count,
  item: (value) => value === true,
};

const fields: Record<string, (value: unknown) => boolean> = {
  match: (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).every(([key, one]) => matches[key]?.(one) === true),
  skip: (value) => Number.isInteger(value),
  times: (value) => Number.isInteger(value),
  chance: (value) => typeof value === "number" && value >= 0 && value <= 1,
  seed: (value) => Number.isInteger(value),
  drop: (value) => value === true,
  also: (value) => value === true,
  applied: (value) => value === true,
  warning: (value) => typeof value === "string" && value !== "",
  delayMs: (value) => typeof value === "number",
  hang: (value) => value === true,
  cut: (value) => ["before", "after", "half"].includes(String(value)),
  answer: (value) =>
    typeof value === "object" &&
    value !== null &&
    Number.isInteger((value as { status?: unknown }).status),
  named: (value) => faultNames.includes(value as FaultName),
  retryAfter: (value) => typeof value === "string",
  status: (value) => Number.isInteger(value),
  className: (value) => typeof value === "string",
  location: (value) => typeof value === "string",
  seen: (value) => Number.isInteger(value),
};

/** What a part belongs to, and has no effect without. */
const needs: Partial<Record<keyof Fault, (fault: Fault) => boolean>> = {
  retryAfter: ({ named }) => named === "throttled" || named === "unavailable",
  className: ({ named }) => named === "transient",
  location: ({ named }) => named === "redirect",
  status: ({ named }) =>
    named !== undefined &&
    (isRefusal(named) || ["concurrency", "transient", "signInUnavailable"].includes(named)),
  seed: ({ chance }) => chance !== undefined,
};

/** Why a fault, or a part of it, would never take effect. */
function uselessPart(fault: Fault): string | undefined {
  const { match = {}, skip = 0, times = 1, named } = fault;
  const { side, cmdlet, operation, nth, after = 0 } = match;
  if (cmdlet !== undefined && cmdlet !== "$batch" && !isDocumented(cmdlet))
    return `Exchange Online has no cmdlet '${cmdlet}'`;
  if (cmdlet !== undefined && side === "login") return "the sign-in has no cmdlets";
  if (cmdlet !== undefined && (side === "graph" || operation !== undefined))
    return "Microsoft Graph has no cmdlets";
  if (operation !== undefined && side !== undefined && side !== "graph")
    return "only Microsoft Graph has operations";
  if (operation !== undefined && !isOperation(operation))
    return `the emulated Microsoft Graph has no operation '${operation}'`;
  if ((side === "graph" || operation !== undefined) && named && !isOfGraph(named))
    return `Microsoft Graph does not answer with ${named}`;
  if (nth !== undefined && nth <= after) return "its nth request comes before those of after";
  if (nth !== undefined && skip > 0) return "its nth request is one, and skip leaves that alone";
  if (times < 1) return "its times are less than one";
  const part = Object.entries(needs).find(([key, holds]) => key in fault && !holds(fault));
  return part && `${part[0]} belongs to another kind of fault`;
}

const isOperation = (text: string): boolean =>
  operations.some((one) => one.toLowerCase() === text.toLowerCase());

const effects = ["delayMs", "hang", "cut", "answer", "named", "drop", "warning", "applied"];

/** Reads a list of faults from JSON; throws a Refusal that names what is wrong. */
export function readFaults(json: unknown): Fault[] {
  if (!Array.isArray(json)) throw badRequest("The faults must be a JSON list.");
  json.forEach((fault: unknown, index) => {
    if (typeof fault !== "object" || fault === null)
      throw badRequest(`faults[${index}] must be an object.`);
    for (const [key, value] of Object.entries(fault)) {
      const sound = fields[key];
      if (!sound)
        throw badRequest(
          `faults[${index}].${key} is not a part of a fault (${Object.keys(fields).join(", ")}).`,
        );
      if (!sound(value))
        throw badRequest(`faults[${index}].${key} is not usable: ${JSON.stringify(value)}.`);
    }
    const useless = uselessPart(fault);
    if (useless !== undefined)
      throw badRequest(`faults[${index}] would never take effect: ${useless}.`);
    if (!effects.some((key) => key in fault))
      throw badRequest(`faults[${index}] does nothing: give one of ${effects.join(", ")}.`);
    if ("applied" in fault && !("also" in fault) && !("answer" in fault) && !("named" in fault))
      throw badRequest(`faults[${index}].applied needs an answer or a name.`);
    const isOfItem = (fault as Fault).match?.item === true;
    if (isOfItem && ("cut" in fault || "hang" in fault))
      throw badRequest(
        `faults[${index}]: cut and hang are for requests, not for the items of a batch.`,
      );
    if (!isOfItem && "drop" in fault)
      throw badRequest(`faults[${index}]: drop is for the items of a batch only.`);
  });
  // Each field was checked above. `seen` is a count of the listing, and starts anew.
  return (json as (Fault & { seen?: number })[]).map(({ seen: _, ...fault }) => fault);
}
