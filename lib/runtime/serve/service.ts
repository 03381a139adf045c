/** Many events in one process: each is answered as its bundle would answer it. */
import { Fault } from "../../fault.ts";
import type { Action, AnyEvent } from "../../host/action.ts";
import { deadlineFrom } from "../../host/deadline.ts";
import { run, type Connect, type World } from "../../host/run.ts";
import { failure } from "../failure.ts";
import { answerLine, answerTo, NotStarted, endedWhileBusy } from "./answers.ts";
import { Queue } from "./queue.ts";
import { idText, orderOf, requestIn, type Request } from "./request.ts";

/** Where the lines of one event go. Each text is one line of ASCII, with its end. */
export interface Reader {
  /** Records and the answer. Resolves to whether the line was written. */
  line(text: string): Promise<boolean>;
  /** What people read. */
  log(text: string): void;
  /** No one waits for the answer any more: an event that has not started never does. */
  isGone?(): boolean;
}

/** What the service uses of its process. */
export interface ServiceSeams<Targets> {
  /** Loads an action by its path. Throws `Unusable` when there is none. */
  actionOf(name: string): Promise<Action<AnyEvent, Targets>>;
  connect: Connect<Targets>;
  env: World["env"];
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Called with the answer of each event that starts, should the process end before it has another. */
  onStart?(id: string, lastLine: string): void;
  onEnd?(id: string): void;
  /** Called for each event with the way to end it early. */
  onInterrupt?: World["onInterrupt"];
}

export interface Limits {
  /** The events that run at the same time. */
  atOnce: number;
  /** The events that wait for their turn. */
  waiting: number;
}

export interface Service {
  /** Resolves when one more event can be taken. */
  room(): Promise<void>;
  /**
   * Takes one event, as JSON. Resolves when it has its answer. `source` names the bytes in messages; `since`: when it
   * was sent, as far as that is known; `signal` ends it early.
   */
  take(
    bytes: Buffer,
    to: Reader,
    about: { source: string; since?: number; signal?: AbortSignal },
  ): Promise<void>;
  /** Starts no more events: those that wait are answered with this reason. Resolves when no event runs. */
  drain(reason: string): Promise<void>;
  /** Ends the events that run: the answer of each has this reason. */
  interrupt(reason: Fault): void;
  /** Resolves when every event that was taken has its answer. */
  idle(): Promise<void>;
}

/** An event that waits or runs. */
interface Taken {
  request: Request;
  to: Reader;
  /** When it was taken: its time counts from then, as that of the platform does. */
  since: number;
  signal: AbortSignal | undefined;
  interrupt?: (reason: Fault) => void;
}

export function openService<Targets>(
  seams: ServiceSeams<Targets>,
  { atOnce, waiting }: Limits,
): Service {
  const { now } = seams;
  const queue = new Queue(atOnce);
  const taken = new Map<string, Taken>();
  const changes = new Set<() => void>();
  let closedBecause: string | undefined;

  async function until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => changes.add(resolve));
  }

  /** Runs an event to its answer, when its turn has come. */
  async function answer(event: Taken): Promise<void> {
    const { request, to, since } = event;
    let output: Readonly<Record<string, unknown>> = {};
    if (to.isGone?.()) return;
    try {
      if (event.signal?.aborted) throw new NotStarted("it was withdrawn.");
      if (closedBecause !== undefined) throw new NotStarted(closedBecause);
      const action = await seams.actionOf(request.action);
      output = action.initialOutput?.(request.event) ?? {};
      assertInTime(now() - since, deadlineFrom(seams.env, action.verb.deadlineMs));
      await runAction(action, event, output, seams);
    } catch (thrown) {
      const about = { output, totalMs: now() - since };
      await to.line(answerLine(idText(request.id), answerTo(thrown, about)));
    }
  }

  /** Resolves when the event has its answer, or when no one is there to read it. */
  function queued(event: Taken): Promise<void> {
    const { id } = event.request;
    taken.set(id, event);
    return new Promise((resolve) => {
      const run = async (): Promise<void> => {
        await answer(event).catch(() => undefined);
        seams.onEnd?.(id);
        taken.delete(id);
        resolve();
        for (const look of changes) look();
        changes.clear();
      };
      if (closedBecause === undefined) queue.add({ order: orderOf(event.request), run });
      else void run();
    });
  }

  return {
    room: () => until(() => closedBecause !== undefined || taken.size < atOnce + waiting),
    idle: () => until(() => taken.size === 0),
    async take(bytes, to, { source, since = now(), signal }) {
      const request = requestIn(bytes, source);
      const faults = "faults" in request ? request.faults : faultsOf(request, taken);
      if ("faults" in request || faults.length > 0) {
        const about = { output: {}, totalMs: now() - since };
        await to.line(answerLine(idText(request.id), failure(faults, "invalid", about)));
      } else await queued({ request, to, since, signal });
    },
    async drain(reason) {
      closedBecause ??= reason;
      for (const { run } of queue.clear()) void run();
      for (const look of changes) look();
      await this.idle();
    },
    interrupt(reason) {
      for (const { interrupt } of taken.values()) interrupt?.(reason);
    },
  };
}

async function runAction<Targets>(
  action: Action<AnyEvent, Targets>,
  event: Taken,
  output: Readonly<Record<string, unknown>>,
  { connect, env, now, onStart, onInterrupt }: ServiceSeams<Targets>,
): Promise<void> {
  const { request, to, since } = event;
  const id = idText(request.id);
  const elapsed = (): number => now() - since;
  const lost = failure([endedWhileBusy], "unknown", { output, totalMs: elapsed() });
  onStart?.(request.id, answerLine(id, lost));
  await run(action, connect, {
    action: request.action,
    document: () => Promise.resolve(request.event),
    // `run` writes one object a line: the answer gets a name, as a record has one.
    stdout: (text, isAnswer) =>
      to.line(isAnswer ? `{"id":${id},"answer":${text.trimEnd()}}\n` : withId(id, text)),
    stderr: (text) => to.log(withId(id, text)),
    env,
    now: elapsed,
    onLimit: () => undefined,
    onInterrupt(interrupt) {
      event.interrupt = interrupt;
      event.signal?.addEventListener("abort", () => interrupt(endOf(event.signal)), {
        once: true,
      });
      onInterrupt?.(interrupt);
    },
  });
}

const endedEarly = new Fault({
  kind: "unavailable",
  message: "The event was ended early, because another process may run it now.",
});

/** Whoever ends an event may say why. */
function endOf(signal: AbortSignal | undefined): Fault {
  return signal?.reason instanceof Fault ? signal.reason : endedEarly;
}

/** The line of an object, with the id as its first member. */
function withId(id: string, line: string): string {
  return `{"id":${id},${line.slice(1)}`;
}

function faultsOf({ id }: Request, taken: ReadonlyMap<string, Taken>): string[] {
  if (!taken.has(id)) return [];
  return [
    `id is ${JSON.stringify(id)}, and an event with this id has no answer yet; expected another.`,
  ];
}

/** The part of its time that an event needs. With less, it would end in the middle of its work. */
const neededPart = 1 / 5;

function assertInTime(waitedMs: number, allowedMs: number): void {
  if (waitedMs <= allowedMs * (1 - neededPart)) return;
  const seconds = Math.round(waitedMs / 1000);
  throw new NotStarted(
    `it waited ${seconds} s for its turn, of the ${allowedMs / 1000} s that it may take.`,
  );
}
