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
import { queueRoutes, type RouteOptions } from "./http/routes.ts";
import { listen, type HttpPlace } from "./http/server.ts";
import type { GroupStats, Handle, JobQueue, QueueLog } from "./jobQueue.ts";
import type { ImportTurns } from "./importTurns.ts";
import { workerMetrics, type WorkerMetrics } from "./metrics.ts";
import type { Sealing } from "./sealing.ts";
import type { TenantWaits } from "./tenantWaits.ts";
import type { Tracing } from "./tracing.ts";

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
  /** The events of one tenant that begin in a minute in all workers. Undefined: any number. */
  perMinute: number | undefined;
  /** Where the waits that tenants ask for are noticed. */
  waits: TenantWaits;
  /** Where the connections of imports keep their answers. */
  turns: ImportTurns;
  /** Where the connections report their requests. */
  tracing?: Tracing | undefined;
  /** The way in over HTTP. */
  http?: WorkerHttp | undefined;
  /** Milliseconds for the events that run, once the worker is to end. */
  drainMs: number;
  /** Ends when nothing is left to do. */
  untilEmpty: boolean;
  /** Resolves to the reason when another version is to take over. */
  replaced: Promise<string>;
}

export interface WorkerHttp extends Pick<RouteOptions, "secret" | "maxWaiting" | "page"> {
  place: HttpPlace;
  /** Called with the address when it listens. Resolves to what is to be done when it no longer does. */
  onListen(url: string): Promise<() => Promise<void>>;
}

/** Before others take the events of a process that renews nothing. */
const maxBlockedMs = 7_000;
const lookMs = 1_000;
const lastWritesMs = 2_000;

/** Works until it is to end; the result is the exit code. Throws a `Fault` when the queue cannot be opened. */
export async function work<Targets>(options: WorkerOptions<Targets>): Promise<ServeCode> {
  const stderr = lineWriter(2);
  const log = (level: string, message: string, more: object = {}): void => {
    const line = { time: new Date().toISOString(), level, message, ...more };
    void stderr.write(`${inAscii(JSON.stringify(line))}\n`);
  };
  const { queue, events, sealing, isShared } = await options.open(log);
  // A database in the process blocks it while it works, and no one else takes its events.
  if (isShared) startGuard(maxBlockedMs);
  const { atOnce, perTenant, perMinute, drainMs, waits, turns, tracing, http } = options;
  let metrics: WorkerMetrics | undefined;
  let closeHttp = (): Promise<void> => Promise.resolve();
  try {
    metrics = http && (await workerMetrics(queue));
    if (http && metrics)
      closeHttp = await listening(http, { options, queue, events, metrics, log });
  } catch (thrown) {
    await queue.close();
    throw thrown;
  }
  const service = openService(
    { ...options, env: process.env, now: () => performance.now() },
    { atOnce, waiting: atOnce },
  );
  const end = endOf(options.replaced, log);
  holdAsAsked(waits, queue, log);
  tracing?.onFailure((why) => log("warning", `Traces could not be sent. ${why}`));
  const runEvent = eventHandler(service, {
    sealing,
    whole: events.whole,
    queue,
    turns,
    tracing,
    log: (text) => void stderr.write(text),
    onEnd(attempt) {
      metrics?.ended(attempt);
      log("information", "An event ended.", attempt);
    },
  });
  const handle: Handle = (job) => waits.during(job.group, () => runEvent(job));
  const running = queue.work(handle, {
    atOnce,
    perGroup: perTenant,
    perGroupAndMinute: perMinute,
    onDue: events.due,
    log,
  });
  if (options.untilEmpty) void emptied(queue).then(() => end.now(0, "the queue is empty."));
  const { code, reason } = await end.reached;
  log("information", `The worker ends: ${reason}`);
  turns.drain();
  const closed = closeHttp().catch(() => undefined);
  const stopped = running.stop().then(() => true);
  const hurry = Promise.race([end.hurried, delay(drainMs, undefined, { ref: false })]);
  if (!(await Promise.race([stopped, hurry.then(() => false)]))) {
    service.interrupt(
      new Fault({ kind: "unavailable", message: `The worker ended before the event: ${reason}` }),
    );
    await stopped;
  }
  await Promise.race([closed, delay(lastWritesMs, undefined, { ref: false })]);
  await queue.close();
  await tracing?.close();
  await Promise.race([stderr.write(""), delay(lastWritesMs)]);
  return code;
}

/** Opens the way in over HTTP. Resolves to the way to close it. */
async function listening(
  http: WorkerHttp,
  {
    options: { actionOf, perTenant, perMinute },
    queue,
    events,
    metrics,
    log,
  }: {
    options: Pick<WorkerOptions<never>, "actionOf" | "perTenant" | "perMinute">;
    queue: JobQueue;
    events: EventQueue;
    metrics: WorkerMetrics;
    log: QueueLog;
  },
): Promise<() => Promise<void>> {
  const { place, onListen, ...more } = http;
  const routes = queueRoutes({
    ...more,
    queue,
    events,
    actionOf,
    log,
    limits: { atOnce: perTenant, perMinute: perMinute ?? null },
    metrics: () => metrics.text(),
  });
  const { url, close } = await listen(place, routes);
  const removed = await onListen(url).catch(async (thrown: unknown) => {
    await close();
    throw thrown;
  });
  return async () => {
    await removed();
    await close();
  };
}

/** The same wait is asked for by each request that comes too early: more than this is another one. */
const sameWaitMs = 500;

/** Holds a tenant in all workers for the time that it asks for. */
function holdAsAsked(
  waits: TenantWaits,
  queue: JobQueue,
  log: (level: string, message: string, more: object) => void,
): void {
  const until = new Map<string, number>();
  waits.onWait((tenant, ms) => {
    const end = performance.now() + ms;
    if (end < (until.get(tenant) ?? 0) + sameWaitMs) return;
    until.set(tenant, end);
    log("information", "The tenant asks for a wait: no event of it begins until then.", {
      tenant,
      seconds: ms / 1000,
    });
    queue.hold(tenant, ms).catch((thrown: unknown) => {
      until.delete(tenant);
      log("warning", `The wait of a tenant could not be stored. ${Fault.of(thrown).message}`, {
        tenant,
      });
    });
  });
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
