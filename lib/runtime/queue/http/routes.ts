/** What a worker answers over HTTP. Its contract is `lib/generated/openApi.ts`. */
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../../fault.ts";
import type { EventAccepted, HttpRefusal, QueueStatus } from "../../../generated/types.ts";
import { version } from "../../../generated/version.ts";
import { inAscii } from "../../../host/output.ts";
import { Unusable } from "../../../host/schemaContract.ts";
import { requestIn } from "../../serve/request.ts";
import { eventsPath, isSecret } from "../../serve/socket.ts";
import { maxBytes } from "../../stdin.ts";
import { answerIn, type BlockedEvent, type EventQueue } from "../eventQueue.ts";
import type { GroupStats, JobQueue } from "../jobQueue.ts";
import { answerLines, whenEnded, type AnswerOptions } from "./answerLines.ts";
import type { HttpAsked, HttpReply } from "./server.ts";

export interface RouteOptions {
  events: EventQueue;
  queue: Pick<JobQueue, "waiting">;
  actionOf: AnswerOptions["actionOf"];
  secret: string;
  /** Above so many events that wait, no more are taken. */
  maxWaiting: number;
  /** The limits of a tenant, which the status shows. */
  limits: { atOnce: number; perMinute: number | null };
  metrics(): Promise<{ type: string; text: string }>;
  /** A file of the page. Undefined: there is no page, or no such file. */
  page(path: string): HttpReply | undefined;
  log(level: "warning", message: string): void;
}

/** How long the state of an event is waited for, at most. */
const maxWaitSeconds = 60;
/** How long its answer is, whose lines are sent as they come: as long as an import may take. */
const maxAnswerSeconds = 900;
/** What is read from the database for many requests at once. */
const keptMs = 500;
const statusKeptMs = 2_000;
const readyMs = 2_000;
const tryAgainSeconds = { full: 10, away: 5 };

export function queueRoutes(options: RouteOptions): (asked: HttpAsked) => Promise<HttpReply> {
  const { events, queue, secret, maxWaiting, limits } = options;
  const isFull = kept(keptMs, async () => (await queue.waiting(maxWaiting + 1)) > maxWaiting);
  const status = kept(statusKeptMs, async (): Promise<QueueStatus> => {
    const [stats, blocked] = await Promise.all([events.stats(), events.blocked()]);
    return {
      version,
      tenants: stats.map((one) => tenantStatus(one, limits)),
      blocked: blocked.map(blockedStatus),
    };
  });

  async function send(asked: HttpAsked): Promise<HttpReply> {
    const wantsAnswer = linesWanted.test(asked.header("accept"));
    const seconds = waitOf(asked, maxAnswerSeconds);
    if (wantsAnswer && seconds === undefined) return notSeconds(maxAnswerSeconds);
    if (await isFull())
      return refusal(429, `More than ${maxWaiting} events wait. Send it again later.`, {
        retryAfter: tryAgainSeconds.full,
      });
    const bytes = await asked.body();
    if (bytes === undefined) return refusal(413, `Expected at most ${maxBytes} bytes.`);
    try {
      const { known } = await events.send([
        { bytes, source: "the request", traceparent: asked.header("traceparent") },
      ]);
      const request = requestIn(bytes, "the request");
      if ("faults" in request) throw new Unusable(request.faults);
      const { id } = request;
      const location = addressOf(id);
      if (wantsAnswer) {
        const lines = answerLines(request, {
          events,
          actionOf: options.actionOf,
          address: asked.origin + location,
          ms: 1000 * (seconds ?? 0),
          signal: asked.signal,
        });
        return { status: 200, type: ndjson, body: lines, headers: { location } };
      }
      const accepted: EventAccepted = { id, known: known > 0 };
      return json(202, accepted, { location });
    } catch (thrown) {
      if (!(thrown instanceof Unusable)) throw thrown;
      return refusal(400, "The event cannot be used.", { faults: thrown.faults });
    }
  }

  async function find(id: string, asked: HttpAsked): Promise<HttpReply> {
    const seconds = waitOf(asked, maxWaitSeconds);
    if (seconds === undefined) return notSeconds(maxWaitSeconds);
    const found = await whenEnded(events, id, { ms: 1000 * seconds, signal: asked.signal });
    if (found === undefined) return refusal(404, "There is no event with this id.");
    const { state, attempts, lines = "" } = found;
    const answer = answerIn(lines);
    const shown = { id, state, attempts, ...(answer && { answer }) };
    return json(200, shown, seconds > 0 ? { "preference-applied": `wait=${seconds}` } : {});
  }

  async function records(id: string, { query }: HttpAsked): Promise<HttpReply> {
    const text = query.get("part") ?? "0";
    if (!/^\d{1,9}$/.test(text)) return refusal(400, "part is not a whole number.");
    const part = Number(text);
    const found = await events.records(id, part);
    if (found === undefined)
      return refusal(404, "There is no event with this id, or it is not completed yet.");
    const next = `<${addressOf(id)}/records?part=${part + 1}>; rel="next"`;
    return {
      status: 200,
      type: ndjson,
      body: found.lines,
      headers: found.isLast ? {} : { link: next },
    };
  }

  async function isReady(): Promise<HttpReply> {
    const answered = await Promise.race([
      queue.waiting(1).then(
        () => true,
        () => false,
      ),
      delay(readyMs, false, { ref: false }),
    ]);
    return answered
      ? plain(200, "ready")
      : plain(503, "The database of the queue does not answer.");
  }

  /** Undefined: there is nothing at this path. */
  function routeOf(asked: HttpAsked): Route | undefined {
    const { path } = asked;
    const [, text = "", isRecords] = eventPath.exec(path) ?? [];
    const event = decoded(text);
    if (event !== "")
      return {
        method: "GET",
        answer: () => (isRecords === undefined ? find(event, asked) : records(event, asked)),
      };
    switch (path) {
      case eventsPath:
        return { method: "POST", answer: () => send(asked) };
      case "/v1/status":
        return { method: "GET", answer: async () => json(200, await status()) };
      case "/metrics":
        return {
          method: "GET",
          async answer() {
            const { type, text } = await options.metrics();
            return { status: 200, type, body: text };
          },
        };
      case "/healthz":
        return { method: "GET", isOpen: true, answer: () => Promise.resolve(plain(200, "alive")) };
      case "/readyz":
        return { method: "GET", isOpen: true, answer: isReady };
      case "/openapi.json":
        return {
          method: "GET",
          isOpen: true,
          answer: async () => json(200, (await import("../../../generated/openApi.ts")).openApi),
        };
      default: {
        const file = options.page(path);
        return file && { method: "GET", isOpen: true, answer: () => Promise.resolve(file) };
      }
    }
  }

  return async (asked) => {
    const route = routeOf(asked);
    const isOpen = route?.isOpen === true;
    if (!isOpen && !isSecret(asked.header("authorization"), secret))
      return refusal(401, "Expected authorization: Bearer, with the secret of the worker.", {
        headers: { "www-authenticate": "Bearer" },
      });
    if (route === undefined) return refusal(404, "There is nothing at this address.");
    if (route.method !== asked.method)
      return refusal(405, `Expected ${route.method}.`, { headers: { allow: route.method } });
    try {
      return await route.answer();
    } catch (thrown) {
      options.log("warning", `A request was not answered. ${Fault.of(thrown).message}`);
      return refusal(503, "The queue cannot be used now. Send the request again later.", {
        retryAfter: tryAgainSeconds.away,
      });
    }
  };
}

interface Route {
  method: "GET" | "POST";
  /** Needs no secret. */
  isOpen?: true;
  answer(): Promise<HttpReply>;
}

/** The event that is read, and whether its records are. */
const eventPath = /^\/v1\/events\/([^/]+)(\/records)?$/;
const ndjson = "application/x-ndjson; charset=utf-8";
const linesWanted = /\bapplication\/x-ndjson\b/i;

function addressOf(id: string): string {
  return `${eventsPath}/${encodeURIComponent(id)}`;
}

/** Blank for what is not encoded as an address is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** The seconds to wait, from the address or the header `Prefer`; undefined when they are no number. */
function waitOf({ query, header }: HttpAsked, most: number): number | undefined {
  const preferred = /(?:^|[,;\s])wait\s*=\s*"?(\d+)/i.exec(header("prefer"))?.[1];
  const text = query.get("wait") ?? preferred ?? "0";
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text), most) : undefined;
}

function notSeconds(most: number): HttpReply {
  return refusal(400, `wait is not a whole number; expected 0 to ${most} seconds.`);
}

function tenantStatus(
  { group, ...counts }: GroupStats,
  limits: RouteOptions["limits"],
): QueueStatus["tenants"][number] {
  return { tenant: group, ...counts, ...limits };
}

/** Only words: the parameters of a plan and the rest of an answer are for whoever has sent the event. */
function blockedStatus({
  id,
  tenant,
  action,
  since,
  attempts,
  behind,
  lines,
}: BlockedEvent): QueueStatus["blocked"][number] {
  const answer = answerIn(lines ?? "");
  return {
    id,
    tenant,
    action,
    since: since.toISOString(),
    attempts,
    behind,
    ...(answer && { outcome: answer.outcome }),
    messages: answer?.outputContext.AuditLogs.map(({ Message }) => Message) ?? [],
    plan: answer?.plan.map(({ sentence }) => sentence) ?? [],
  };
}

/** The result of the last call, unless it is older than this. */
function kept<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at > ms) {
      const value = read();
      last = { at: now, value };
      void value.catch(() => {
        last = undefined;
      });
    }
    return last.value;
  };
}

function json(status: number, body: object, headers?: HttpReply["headers"]): HttpReply {
  return { status, type: "application/json", body: inAscii(JSON.stringify(body)), headers };
}

function plain(status: number, body: string): HttpReply {
  return { status, type: "text/plain; charset=utf-8", body: `${body}\n` };
}

function refusal(
  status: number,
  error: string,
  {
    faults,
    retryAfter,
    headers,
  }: {
    faults?: readonly string[];
    retryAfter?: number;
    headers?: Readonly<Record<string, string>>;
  } = {},
): HttpReply {
  const body: HttpRefusal = { error, ...(faults && { faults: [...faults] }) };
  return json(status, body, {
    ...headers,
    ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
  });
}
