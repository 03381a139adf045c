/** The answer to an event for a sender that waits for it: in the lines in which `serve` would have answered. */
import { setTimeout as delay } from "node:timers/promises";
import type { Action, AnyEvent } from "../../../host/action.ts";
import type { Answer } from "../../../host/answer.ts";
import { failure } from "../../failure.ts";
import { answerLine } from "../../serve/answers.ts";
import { idText, type Request } from "../../serve/request.ts";
import { answerIn, type EventQueue, type FoundEvent } from "../eventQueue.ts";

export interface AnswerOptions {
  events: Pick<EventQueue, "find" | "records">;
  actionOf(name: string): Promise<Pick<Action<AnyEvent, never>, "initialOutput">>;
  /** Where the event can be read later. */
  address: string;
  /** How long its end is waited for. */
  ms: number;
  signal: AbortSignal;
}

const firstLookMs = 50;
const lastLookMs = 500;
const ended = new Set<string>(["completed", "blocked", "removed"]);

/** The event when it has ended, or as it is when the time is over. Undefined: there is none. */
export async function whenEnded(
  events: Pick<EventQueue, "find">,
  id: string,
  { ms, signal }: Pick<AnswerOptions, "ms" | "signal">,
): Promise<FoundEvent | undefined> {
  const end = performance.now() + ms;
  for (let pause = firstLookMs; ; pause = Math.min(2 * pause, lastLookMs)) {
    const found = await events.find(id);
    const left = end - performance.now();
    if (found === undefined || ended.has(found.state) || left <= 0 || signal.aborted) return found;
    await delay(Math.min(pause, left), undefined, { signal }).catch(() => undefined);
  }
}

/** Records and the answer. An event without an answer has one that says so, and where it will be. */
export async function* answerLines(
  request: Request,
  options: AnswerOptions,
): AsyncGenerator<string> {
  const since = performance.now();
  const { events } = options;
  const { id } = request;
  // An event that is in the queue is run, whether or not its state can be read now.
  const found = await whenEnded(events, id, options).catch(() => undefined);
  if (found?.state === "completed" && answerIn(found.lines ?? "") !== undefined) {
    yield* recordsOf(id, events);
    yield found.lines ?? "";
    return;
  }
  const { outcome, text } = reasonFor(found, id, options.address);
  const last = answerIn(found?.lines ?? "");
  const action = await options.actionOf(request.action);
  const output = action.initialOutput?.(request.event) ?? {};
  const none = failure([text], outcome, { output, totalMs: performance.now() - since });
  yield answerLine(idText(id), last === undefined ? none : after(last, none));
}

async function* recordsOf(id: string, events: AnswerOptions["events"]): AsyncGenerator<string> {
  for (let part = 0, isLast = false; !isLast; part++) {
    const found = await events.records(id, part);
    if (found === undefined) throw new Error("The event was removed while its records were read.");
    yield found.lines;
    isLast = found.isLast;
  }
}

/** What the last attempt did, behind the reason why it is not the end. */
function after(last: Answer, { outcome, outputContext }: Answer): Answer {
  const AuditLogs = [...outputContext.AuditLogs, ...last.outputContext.AuditLogs];
  return {
    ...last,
    outcome,
    outputContext: { ...last.outputContext, Success: false, AuditLogs },
  };
}

interface Reason {
  outcome: "notYet" | "unknown";
  text: string;
}

/** `found`: undefined when the queue could not be read. */
function reasonFor(found: FoundEvent | undefined, id: string, address: string): Reason {
  const attempts = found === undefined ? "" : ` Attempts until now: ${found.attempts}.`;
  if (found?.state === "completed" || found?.state === "removed")
    return {
      outcome: "unknown",
      text: `The event ${id} left the queue without an answer.${attempts} It is unknown whether anything was changed.`,
    };
  if (found?.state === "blocked")
    return {
      outcome: "notYet",
      text: `The event ${id} was given up, and waits in the queue until a person releases it.${attempts}`,
    };
  return {
    outcome: "notYet",
    text:
      `The event ${id} has no answer yet.${attempts} It is in the queue and will still be carried out; its ` +
      `answer will be at ${address}.`,
  };
}
