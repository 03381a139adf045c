/** Takes jobs from the engine, keeps them, and settles them. */
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../fault.ts";
import type { Ended, Handle, QueueLog, Work } from "./jobQueue.ts";
import type { Slots } from "./slots.ts";

/** A job that this process has. */
export interface Claimed {
  id: string;
  /** The engine's queue that it is in. */
  queue: string;
  name: string;
  group: string;
  input: unknown;
}

/** What the work needs of an engine. All of it may reject while the database is away. */
export interface Engine<Job extends Claimed> {
  /** The queues in which a job may be due. */
  ready(): Promise<{ queue: string; group: string }[]>;
  /** Takes up to `count` jobs whose turn has come. */
  claim(queue: string, group: string, count: number): Promise<Job[]>;
  /** Renews the claims, and resolves to the IDs of those that are still this process's. */
  renew(queue: string, jobs: readonly Job[]): Promise<ReadonlySet<string>>;
  /** Resolves to whether the job was still this process's. */
  settle(job: Job, ended: Ended): Promise<boolean>;
}

export interface WorkSettings {
  atOnce: number;
  slots: Slots;
  log: QueueLog;
  /** Other processes take a job that was not renewed for so long. */
  claimMs: number;
  /** How often queues are looked at when nothing is due. */
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
const afterErrorMs = 1_000;
/** A claim is renewed three times before it ends. */
const renewals = 3;
/** The last part of a claim is for ending what is done for the job, before another process begins. */
const usedPart = 0.8;

export function startWork<Job extends Claimed>(
  engine: Engine<Job>,
  handle: Handle,
  { atOnce, slots, log, claimMs, pollMs = defaultPollMs }: WorkSettings,
): Work {
  const running = new Map<string, Running<Job>>();
  let isStopping = false;
  let wake = (): void => undefined;
  let turn = 0;
  const now = (): number => performance.now();

  /** Takes what is due, as far as there is room. Resolves to whether there was anything. */
  async function look(): Promise<boolean> {
    const ready = await engine.ready();
    // Each look begins with another queue, so that none is always last.
    const start = ready.length === 0 ? 0 : turn++ % ready.length;
    let found = 0;
    for (const { queue, group } of [...ready.slice(start), ...ready.slice(0, start)]) {
      const room = atOnce - running.size;
      if (room <= 0 || isStopping) break;
      const taken = await slots.take(group, room);
      if (taken === 0) continue;
      let jobs: Job[] = [];
      const since = now();
      try {
        jobs = await engine.claim(queue, group, taken);
      } finally {
        if (taken > jobs.length) slots.free(group, taken - jobs.length);
      }
      for (const job of jobs) begin(job, since);
      found += jobs.length;
    }
    return found > 0;
  }

  function begin(job: Job, renewedAt: number): void {
    const lost = new AbortController();
    const before = running.get(job.id);
    // This process had the job before and has lost it: what it still does for it has to end first.
    const ended = (before?.ended ?? Promise.resolve()).then(() => run(job, lost.signal));
    const one: Running<Job> = { job, renewedAt, lost, ended };
    running.set(job.id, one);
    void ended.finally(() => {
      if (running.get(job.id) === one) running.delete(job.id);
      slots.free(job.group, 1);
      wake();
    });
  }

  async function run(job: Job, signal: AbortSignal): Promise<void> {
    const { name, group, input } = job;
    const ended = await handle({ name, group, input, signal }).catch((thrown: unknown): Ended => {
      log("error", `A job failed outside of its event. ${Fault.of(thrown).message}`);
      return { how: "again", output: {} };
    });
    while (!signal.aborted) {
      try {
        if (await engine.settle(job, ended)) return;
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
    const queues = byQueue([...running.values()], ({ job }) => job.queue);
    for (const [queue, all] of queues) {
      const since = now();
      const kept = await engine
        .renew(
          queue,
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

/** Items by the queue that each is in. */
export function byQueue<T>(items: readonly T[], queueOf: (item: T) => string): Map<string, T[]> {
  const result = new Map<string, T[]>();
  for (const item of items) {
    const queue = queueOf(item);
    const found = result.get(queue);
    if (found) found.push(item);
    else result.set(queue, [item]);
  }
  return result;
}
