/**
 * The jobs that events wait for, in memory only: whoever asks for one awaits it. A job is handed to one agent, once.
 * When that agent is no longer heard of, the job is lost: its outcome is unknown, and the one who asked decides what
 * becomes of it.
 */
import { randomUUID } from "node:crypto";
import { Fault } from "../../fault.ts";
import type { AgentJob, ConnectionJobs, ResultsBody } from "../../generated/types.ts";
import { moment } from "../moment.ts";

/** A job must not be begun later than so long after it was handed out. */
const beginMs = 8_000;
/** An agent that is silent for so long is lost, with its jobs. None of them can begin after that. */
const lostMs = 10_000;
/** So long a job waits when no agent of its site is there. */
const noAgentMs = 10_000;
const lookMs = 1_000;
/** So long an agent that cannot reach its controllers gets no job that another one can take. */
const weakMs = 60_000;
/** The parts of a result that may wait to be read. An agent sends the next one later. */
const maxParts = 4;
/** So long the answer to a part waits for that. */
const fullMs = 5_000;

export interface BoardSeams {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  log(level: "information" | "warning" | "error", sentence: string): void;
}

/** What is asked of an agent. */
export interface Asked extends Pick<AgentJob, "kind" | "baseDn"> {
  /** The ID of the connection that the agents of the site share. */
  connectionId: string;
  /** The start of a sentence: `The search for 96e3...`. */
  what: string;
  content: Readonly<Record<string, unknown>>;
  /** The parameters that only the site may see. */
  secret: Readonly<Record<string, unknown>>;
  /** Milliseconds that the event has left. */
  remaining(): number;
  /** The agent that did the event's last job: another one may use another controller. */
  preferred: string | undefined;
  /** Aborted when no one waits any more. */
  signal: AbortSignal;
}

export interface Part {
  agentId: string;
  entries: readonly unknown[];
  isLast: boolean;
}

/** The job may have been carried out, or not. */
export class LostJob extends Fault {}

/** An agent that waits for jobs. */
export interface Poll {
  /** Its agent was lost meanwhile: it gets no job any more. */
  readonly isStale: boolean;
  /** Resolves when there may be a job, or when `until` is aborted. */
  ready(until: AbortSignal): Promise<void>;
  /** Takes jobs: from now on they are handed out. */
  take(max: number): Handed[];
  close(): void;
}

/** A job that an agent gets. */
export type Handed = Pick<Asked, "kind" | "baseDn" | "content" | "secret"> & {
  jti: string;
  /** Milliseconds in which it has to be begun. */
  beginWithin: number;
};

export interface JobBoard {
  /** Asks for a job. Yields the parts of its result; throws a `LostJob` when none comes. */
  ask(asked: Asked): AsyncGenerator<Part, void, undefined>;
  poll(agentId: string, connectionId: string): Poll;
  /** The agent works on these jobs. Returns those that no one waits for. */
  touch(agentId: string, jobs: readonly string[]): string[];
  /** `full`: the part was not taken, and has to be sent again. `unknown`: no one waits for it. */
  accept(
    agentId: string,
    result: ResultsBody,
    signal: AbortSignal,
  ): Promise<"taken" | "full" | "unknown">;
  /** The jobs of each connection, now and since the start. */
  counts(): ConnectionJobs[];
}

export function jobBoard({ now, sleep, log }: BoardSeams): JobBoard {
  const jobs = new Map<string, Job>();
  const polls = new Set<OpenPoll>();
  /** When an agent of a connection was last heard of. */
  const heardOf = new Map<string, number>();
  /** Until when an agent is of little use. */
  const weakUntil = new Map<string, number>();

  /** By the ID of the connection. */
  const over = new Map<string, { done: number; lost: number }>();

  function count({ asked: { connectionId }, isLost }: Job): void {
    const { done, lost } = over.get(connectionId) ?? { done: 0, lost: 0 };
    over.set(connectionId, isLost ? { done, lost: lost + 1 } : { done: done + 1, lost });
  }

  const isWeak = (agentId: string): boolean => now() < (weakUntil.get(agentId) ?? -Infinity);

  const isThere = (connectionId: string): boolean =>
    [...polls].some((poll) => poll.connectionId === connectionId && !poll.isStale) ||
    now() - (heardOf.get(connectionId) ?? -Infinity) < lostMs;

  function wake(): void {
    for (const poll of polls) poll.wake();
  }

  /** Until the job has its result, or is lost. */
  async function watch(job: Job): Promise<void> {
    const { signal } = job.watching;
    while (!signal.aborted) {
      const { agentId, heardAt } = job;
      const left = heardAt + (agentId === undefined ? noAgentMs : lostMs) - now();
      if (left > 0) await sleep(left, signal).catch(() => undefined);
      else if (agentId !== undefined) lose(job, agentId);
      else if (isThere(job.asked.connectionId)) await sleep(lookMs, signal).catch(() => undefined);
      else job.fail(noAgent(job.asked, heardOf.get(job.asked.connectionId)));
    }
  }

  function lose(job: Job, agentId: string): void {
    const { what } = job.asked;
    const fault = new LostJob({
      kind: "unavailable",
      retryable: true,
      message: `${what} got no answer: the agent ${agentId} was not heard of for ${lostMs / 1000} s.`,
    });
    log("warning", fault.message);
    job.fail(fault);
    // Whatever is sent there may be lost as well. A new request shows that the agent is alive.
    for (const poll of polls) if (poll.agentId === agentId) poll.isStale = true;
    wake();
  }

  function mayTake(job: Job, { agentId, connectionId }: OpenPoll): boolean {
    const { asked } = job;
    if (job.agentId !== undefined || job.isOver || asked.connectionId !== connectionId)
      return false;
    const others = [...polls].filter(
      (poll) => poll.connectionId === connectionId && poll.agentId !== agentId && !poll.isStale,
    );
    const able = others.filter((poll) => !isWeak(poll.agentId));
    if (isWeak(agentId)) return able.length === 0;
    return !able.some((poll) => poll.agentId === asked.preferred);
  }

  function handedTo(agentId: string, id: string): Job | undefined {
    const job = jobs.get(id);
    return job?.agentId === agentId && !job.isOver ? job : undefined;
  }

  return {
    async *ask(asked) {
      const job = new Job(asked, now());
      jobs.set(job.id, job);
      void watch(job);
      wake();
      try {
        for (;;) {
          const part = await job.next();
          yield part;
          if (part.isLast) return;
        }
      } finally {
        job.end();
        jobs.delete(job.id);
        count(job);
        // One that preferred an agent with an open request may go to another one now.
        wake();
      }
    },
    poll(agentId, connectionId) {
      heardOf.set(connectionId, now());
      const poll = new OpenPoll(agentId, connectionId);
      polls.add(poll);
      return {
        get isStale() {
          return poll.isStale;
        },
        ready: (until) =>
          poll.until(
            () => poll.isStale || [...jobs.values()].some((job) => mayTake(job, poll)),
            until,
          ),
        take(max) {
          if (poll.isStale) return [];
          const own = [...jobs.values()].filter((job) => mayTake(job, poll)).slice(0, max);
          return own.map((job) => job.handTo(agentId, now()));
        },
        close() {
          polls.delete(poll);
          wake();
        },
      };
    },
    touch(agentId, ids) {
      for (const id of ids) {
        const job = handedTo(agentId, id);
        if (!job) continue;
        job.heardAt = now();
        heardOf.set(job.asked.connectionId, now());
      }
      return ids.filter((id) => !handedTo(agentId, id));
    },
    async accept(agentId, { job: id, part, isLast, entries, fault }, signal) {
      const job = handedTo(agentId, id);
      if (!job) return "unknown";
      job.heardAt = now();
      // Its answer was lost.
      if (part < job.received) return "taken";
      if (part > job.received) {
        job.fail(missingPart(job.asked));
        return "unknown";
      }
      if (job.isFull && !fault) {
        const hasRoom = await job.room(AbortSignal.any([signal, AbortSignal.timeout(fullMs)]));
        if (job.isOver) return "unknown";
        if (!hasRoom || part !== job.received) return "full";
        job.heardAt = now();
      }
      if (fault?.kind === "unavailable") weakUntil.set(agentId, now() + weakMs);
      if (fault) job.refuse(new Fault(fault));
      else job.add({ agentId, entries, isLast });
      return "taken";
    },
    counts() {
      const open = [...jobs.values()];
      const ids = new Set([...over.keys(), ...open.map(({ asked }) => asked.connectionId)]);
      return [...ids].map((connectionId) => {
        const own = open.filter(({ asked }) => asked.connectionId === connectionId);
        const waiting = own.filter(({ agentId }) => agentId === undefined).length;
        const ended = over.get(connectionId) ?? { done: 0, lost: 0 };
        return { connectionId, waiting, handedOut: own.length - waiting, ...ended };
      });
    },
  };
}

class Job {
  readonly id = randomUUID();
  readonly asked: Asked;
  /** Aborted when it is over. */
  readonly watching = new AbortController();
  /** Undefined: it waits for an agent. */
  agentId: string | undefined;
  /** When it was asked for, handed out, or last reported on: milliseconds since 1970. */
  heardAt: number;
  /** The parts that have arrived. */
  received = 0;
  #isWhole = false;
  #isAnswered = false;
  #fault: Fault | undefined;
  readonly #parts: Part[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(asked: Asked, now: number) {
    this.asked = asked;
    this.heardAt = now;
  }

  /** It ended without an answer of an agent. */
  get isLost(): boolean {
    return !this.#isWhole && !this.#isAnswered;
  }

  /** Nothing more is expected of the agent. */
  get isOver(): boolean {
    return this.watching.signal.aborted;
  }

  get isFull(): boolean {
    return this.#parts.length >= maxParts;
  }

  handTo(agentId: string, now: number): Handed {
    this.agentId = agentId;
    this.heardAt = now;
    const { kind, baseDn, content, secret, remaining } = this.asked;
    // Nothing is begun when the event has ended: its answer says what was done.
    const beginWithin = Math.min(beginMs, remaining());
    return {
      jti: this.id,
      kind,
      content,
      secret,
      beginWithin,
      ...(baseDn !== undefined && { baseDn }),
    };
  }

  add(part: Part): void {
    this.received++;
    this.#parts.push(part);
    this.#isWhole = part.isLast;
    if (part.isLast) this.watching.abort();
    this.#wake();
  }

  fail(fault: Fault): void {
    this.#fault ??= fault;
    this.end();
  }

  /** An agent has reported a fault. */
  refuse(fault: Fault): void {
    this.#isAnswered = true;
    this.fail(fault);
  }

  end(): void {
    this.watching.abort();
    this.#wake();
  }

  /** The next part. Throws the fault of the job, or the reason for which no one waits any more. */
  async next(): Promise<Part> {
    const { signal } = this.asked;
    for (;;) {
      const part = this.#parts.shift();
      if (part) {
        this.#wake();
        return part;
      }
      if (this.#fault) throw this.#fault;
      if (signal.aborted) throw Fault.of(signal.reason);
      // The last part was read.
      if (this.#isWhole) throw missingPart(this.asked);
      await this.#change(signal);
    }
  }

  /** Resolves to whether a part can be added: when it can, the job is over, or the signal is aborted. */
  async room(signal: AbortSignal): Promise<boolean> {
    while (this.isFull && !this.isOver && !signal.aborted) await this.#change(signal);
    return !this.isFull;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  async #change(signal: AbortSignal): Promise<void> {
    await changed(this.#waiting, signal);
  }
}

class OpenPoll {
  readonly agentId: string;
  readonly connectionId: string;
  /** Its answer would probably not arrive. */
  isStale = false;
  readonly #waiting = new Set<() => void>();

  constructor(agentId: string, connectionId: string) {
    this.agentId = agentId;
    this.connectionId = connectionId;
  }

  wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  async until(isTrue: () => boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !isTrue()) await changed(this.#waiting, signal);
  }
}

/** Resolves at the next wake, or when the signal is aborted. */
async function changed(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  await new Promise<void>((resolve) => {
    waiting.add(resolve);
    const { signal: until } = over;
    signal.addEventListener("abort", () => resolve(), { once: true, signal: until });
  });
  over.abort();
}

function noAgent({ what, connectionId }: Asked, heardAt: number | undefined): Fault {
  const seen =
    heardAt === undefined ? "has asked for work yet" : `was heard of since ${moment(heardAt)}`;
  return new Fault({
    kind: "unavailable",
    message:
      `${what} was not sent: no agent of the connection ${connectionId} ${seen}. Look at exo-connector agent status ` +
      "on both sides.",
  });
}

function missingPart({ what }: Asked): Fault {
  return new Fault({
    kind: "unavailable",
    message: `${what} ended early: a part of the agent's answer is missing.`,
  });
}
