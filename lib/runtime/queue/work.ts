/** Takes jobs from the engine, keeps them, and settles them. */
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../fault.ts";
import type { Ended, Handle, QueueLog, Work } from "./jobQueue.ts";
import type { Rate } from "./rate.ts";
import type { Slots } from "./slots.ts";

/** A job that this process has. */
export interface Claimed {
  id: string;
  name: string;
  group: string;
  input: unknown;
}

/** What the work needs of an engine. All of it may reject while the database is away. */
export interface Engine<Job extends Claimed> {
  /** The groups of which a job may be due. */
  ready(): Promise<string[]>;
  /** Takes up to `count` jobs of a group whose turn has come. */
  claim(group: string, count: number): Promise<Job[]>;
  /** Renews the claims, and resolves to the IDs of those that are still this process's. */
  renew(group: string, jobs: readonly Job[]): Promise<ReadonlySet<string>>;
  /**
   * Stores the ends of jobs that ended in the same way: all or, when it rejects, none. Resolves to the IDs of those
   * that were still this process's.
   */
  settle(ends: readonly Settled<Job>[]): Promise<ReadonlySet<string>>;
}

/** A job, and how it ended. */
export interface Settled<Job> {
  job: Job;
  ended: Ended;
}

export interface WorkSettings {
  atOnce: number;
  slots: Slots;
  /** How many jobs of a group may begin. Undefined: any number. */
  rate?: Rate | undefined;
  log: QueueLog;
  /** Other processes take a job that was not renewed for so long. */
  claimMs: number;
  /** How often is looked when nothing is due. */
  pollMs?: number;
}

interface Running<Job> {
  job: Job;
  /** When the engine was last known to agree that it is ours: before it was asked. */
  renewedAt: number;
  lost: AbortController;
  ended: Promise<void>;
}

const defaultPollMs = 500;
/** Between two looks, so that one fetch takes the successors of several jobs. */
const breathMs = 15;
/** The part of the places that is kept for groups of which nothing runs here: a slow one never has them all. */
const keptPart = 1 / 4;
const afterErrorMs = 1_000;
/** A claim is renewed three times before it ends. */
const renewals = 3;
/** The last part of a claim is for ending what is done for the job, before another process begins. */
const usedPart = 0.8;

/** Works until it is stopped. `look`: something may be due, earlier than it would be noticed. */
export function startWork<Job extends Claimed>(
  engine: Engine<Job>,
  handle: Handle,
  { atOnce, slots, rate, log, claimMs, pollMs = defaultPollMs }: WorkSettings,
): Work & { look(): void } {
  const running = new Map<string, Running<Job>>();
  const runningOf = new Map<string, number>();
  const keptPlaces = Math.ceil((atOnce - 1) * keptPart);
  let isStopping = false;
  let wake = (): void => undefined;
  let turn = 0;
  const now = (): number => performance.now();

  /** Places of this process for jobs of this group. The last ones are for groups of which nothing runs here. */
  function roomFor(group: string): number {
    const room = atOnce - running.size;
    return runningOf.has(group)
      ? room - keptPlaces
      : Math.max(room - keptPlaces, Math.min(room, 1));
  }

  /** Takes what is due, as far as there is room. Resolves to whether there was anything. */
  async function look(): Promise<boolean> {
    const ready = await engine.ready();
    // Each look begins with another group, so that none is always last.
    const start = ready.length === 0 ? 0 : turn++ % ready.length;
    let found = 0;
    for (const group of [...ready.slice(start), ...ready.slice(0, start)]) {
      if (running.size >= atOnce || isStopping) break;
      const room = roomFor(group);
      if (room > 0) found += await take(room, group);
    }
    return found > 0;
  }

  /** Takes up to `room` jobs of a group. Resolves to how many. */
  async function take(room: number, group: string): Promise<number> {
    const slotted = await slots.take(group, room);
    let allowed = 0;
    let jobs: Job[] = [];
    const since = now();
    try {
      allowed = slotted === 0 || rate === undefined ? slotted : await rate.take(group, slotted);
      if (allowed > 0) jobs = await engine.claim(group, allowed);
    } finally {
      if (slotted > jobs.length) slots.free(group, slotted - jobs.length);
      if (allowed > jobs.length) rate?.giveBack(group, allowed - jobs.length);
    }
    for (const job of jobs) begin(job, since);
    return jobs.length;
  }

  function begin(job: Job, renewedAt: number): void {
    const lost = new AbortController();
    const before = running.get(job.id);
    // This process had the job before and has lost it: what it still does for it has to end first.
    const ended = (before?.ended ?? Promise.resolve()).then(() => run(job, lost.signal));
    const one: Running<Job> = { job, renewedAt, lost, ended };
    running.set(job.id, one);
    count(runningOf, job.group, 1);
    void ended.finally(() => {
      if (running.get(job.id) === one) running.delete(job.id);
      count(runningOf, job.group, -1);
      slots.free(job.group, 1);
      wake();
    });
  }

  const complete = collected((ends: readonly Settled<Job>[]) => engine.settle(ends));

  async function run(job: Job, signal: AbortSignal): Promise<void> {
    const { name, group, input } = job;
    const ended = await handle({ name, group, input, signal }).catch((thrown: unknown): Ended => {
      log("error", `A job failed outside of its event. ${Fault.of(thrown).message}`);
      return { how: "again", output: {} };
    });
    const isCompleted = ended.how === "completed";
    while (!signal.aborted) {
      try {
        const end = { job, ended };
        const settled = await (isCompleted ? complete(end) : engine.settle([end]));
        if (settled.has(job.id)) return;
        break;
      } catch (thrown) {
        log("warning", `The end of a job could not be stored yet. ${Fault.of(thrown).message}`);
        await delay(afterErrorMs, undefined, { signal }).catch(() => undefined);
      }
    }
    log(
      "warning",
      "A job was lost to another worker, which repeats it: the database was away, or this one was held up.",
    );
  }

  async function loop(): Promise<void> {
    while (!isStopping) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      let waitMs = 0;
      try {
        if (!(await look())) waitMs = pollMs;
      } catch (thrown) {
        log("error", `The queue cannot be read. ${Fault.of(thrown).message}`);
        waitMs = afterErrorMs;
      }
      await delay(breathMs);
      if (running.size >= atOnce) await woken;
      else if (waitMs > 0) {
        const over = new AbortController();
        const pause = delay(waitMs, undefined, { signal: over.signal }).catch(() => undefined);
        await Promise.race([pause, woken]);
        over.abort();
      }
    }
  }

  async function renew(): Promise<void> {
    const groups = grouped([...running.values()], ({ job }) => job.group);
    for (const [group, all] of groups) {
      const since = now();
      const kept = await engine
        .renew(
          group,
          all.map(({ job }) => job),
        )
        .catch(() => undefined);
      if (kept === undefined) continue;
      for (const one of all)
        if (kept.has(one.job.id)) one.renewedAt = since;
        else one.lost.abort();
    }
  }

  function loseOld(): void {
    for (const { renewedAt, lost } of running.values())
      if (now() - renewedAt > claimMs * usedPart) lost.abort();
  }

  let renewing: Promise<void> = Promise.resolve();
  let isRenewing = false;
  const renewTimer = setInterval(() => {
    if (isRenewing) return;
    isRenewing = true;
    renewing = renew().finally(() => (isRenewing = false));
  }, claimMs / renewals);
  const lostTimer = setInterval(loseOld, claimMs / 20);
  const looping = loop();

  return {
    look: () => wake(),
    async stop() {
      isStopping = true;
      wake();
      await looping;
      await Promise.all([...running.values()].map(({ ended }) => ended));
      clearInterval(renewTimer);
      clearInterval(lostTimer);
      await renewing;
    },
  };
}

/**
 * Carries out one call after the other, each for all that was asked for meanwhile: with more to do, there are not more
 * calls but larger ones.
 */
export function collected<T, Result>(
  call: (items: readonly T[]) => Promise<Result>,
): (item: T) => Promise<Result> {
  let waiting: T[] = [];
  let next: Promise<Result> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return (item) => {
    waiting.push(item);
    if (next === undefined) {
      const own = last
        .catch(() => undefined)
        .then(() => {
          const items = waiting;
          waiting = [];
          next = undefined;
          return call(items);
        });
      next = own;
      last = own;
    }
    return next;
  };
}

function count(numbers: Map<string, number>, name: string, by: number): void {
  const number = (numbers.get(name) ?? 0) + by;
  if (number === 0) numbers.delete(name);
  else numbers.set(name, number);
}

/** Items by their group. */
export function grouped<T>(items: readonly T[], groupOf: (item: T) => string): Map<string, T[]> {
  const result = new Map<string, T[]>();
  for (const item of items) {
    const group = groupOf(item);
    const found = result.get(group);
    if (found) found.push(item);
    else result.set(group, [item]);
  }
  return result;
}
