/** The worker as a process: events of a queue until it is asked to end. */
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../fault.ts";
import type { Action, AnyEvent } from "../../host/action.ts";
import { inAscii } from "../../host/output.ts";
import type { Connect } from "../../host/run.ts";
import { startGuard } from "../serve/guard.ts";
import { lineWriter } from "../serve/lines.ts";
import { endOf, type ServeCode } from "../serve/process.ts";
import { openService } from "../serve/service.ts";
import { eventHandler, type EventQueue } from "./eventQueue.ts";
import type { GroupStats, JobQueue, QueueLog } from "./jobQueue.ts";
import type { Sealing } from "./sealing.ts";

export interface WorkerQueue {
  queue: JobQueue;
  events: EventQueue;
  sealing: Sealing;
  /** Whether other processes work on it as well. */
  isShared: boolean;
}

export interface WorkerOptions<Targets> {
  open(log: QueueLog): Promise<WorkerQueue>;
  actionOf(name: string): Promise<Action<AnyEvent, Targets>>;
  connect: Connect<Targets>;
  /** The events that run at the same time in this process. */
  atOnce: number;
  /** The events of one tenant that run at the same time in all workers. */
  perTenant: number;
  /** Milliseconds for the events that run, once the worker is to end. */
  drainMs: number;
  /** Ends when nothing is left to do. */
  untilEmpty: boolean;
  /** Resolves to the reason when another version is to take over. */
  replaced: Promise<string>;
}

/** Before others take the events of a process that renews nothing. */
const maxBlockedMs = 7_000;
const lookMs = 1_000;
const lastWritesMs = 2_000;

/** Works until it is to end; the result is the exit code. Throws a `Fault` when the queue cannot be opened. */
export async function work<Targets>(options: WorkerOptions<Targets>): Promise<ServeCode> {
  const stderr = lineWriter(2);
  const log = (level: string, message: string): void =>
    void stderr.write(`${inAscii(JSON.stringify({ level, message }))}\n`);
  const { queue, events, sealing, isShared } = await options.open(log);
  // A database in the process blocks it while it works, and no one else takes its events.
  if (isShared) startGuard(maxBlockedMs);
  const { atOnce, perTenant, drainMs } = options;
  const service = openService(
    { ...options, env: process.env, now: () => performance.now() },
    { atOnce, waiting: atOnce },
  );
  const end = endOf(options.replaced, log);
  const handle = eventHandler(service, {
    sealing,
    whole: events.whole,
    log: (text) => void stderr.write(text),
  });
  const running = queue.work(handle, { atOnce, perGroup: perTenant, log });
  if (options.untilEmpty) void emptied(queue).then(() => end.now(0, "the queue is empty."));
  const { code, reason } = await end.reached;
  log("information", `The worker ends: ${reason}`);
  const stopped = running.stop().then(() => true);
  const hurry = Promise.race([end.hurried, delay(drainMs, undefined, { ref: false })]);
  if (!(await Promise.race([stopped, hurry.then(() => false)]))) {
    service.interrupt(
      new Fault({ kind: "unavailable", message: `The worker ended before the event: ${reason}` }),
    );
    await stopped;
  }
  await queue.close();
  await Promise.race([stderr.write(""), delay(lastWritesMs)]);
  return code;
}

/** Resolves when no event is left that a worker could run. */
async function emptied(queue: JobQueue): Promise<void> {
  for (;;) {
    const stats = await queue.stats().catch(() => undefined);
    if (stats?.every(isEmpty)) return;
    await delay(lookMs);
  }
}

function isEmpty({ waiting, running, retrying, behindBlocked }: GroupStats): boolean {
  return waiting - behindBlocked + running + retrying === 0;
}
