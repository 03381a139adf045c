/** What a worker tells Prometheus: what is in the queue, and what this process has done. */
import { loadMetrics } from "./engine.ts";
import type { GroupStats, JobQueue } from "./jobQueue.ts";

export interface WorkerMetrics {
  /** An event was run. `outcome`: a closed list. */
  ended(about: { outcome: string; seconds: number }): void;
  /** All of them. What is in the queue is read when they are asked for. */
  text(): Promise<{ type: string; text: string }>;
}

const states = ["waiting", "running", "retrying", "completed", "blocked"] as const;
/** Seconds: an event takes 0.1 to 25. */
const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];

export async function workerMetrics(queue: Pick<JobQueue, "stats">): Promise<WorkerMetrics> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } = await loadMetrics();
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const up = gauge("exo_queue_up", "Whether the database of the queue answers.");
  const events = gauge("exo_queue_events", "Events in the queue, by their state.", [
    "tenant",
    "state",
  ]);
  const ofTenant: readonly [keyof GroupStats, ReturnType<typeof gauge>][] = [
    [
      "behindBlocked",
      gauge("exo_queue_events_behind_blocked", "Events whose account is blocked.", ["tenant"]),
    ],
    [
      "oldestSeconds",
      gauge("exo_queue_oldest_event_seconds", "The age of the oldest event that waits.", [
        "tenant",
      ]),
    ],
    [
      "heldSeconds",
      gauge("exo_queue_tenant_held_seconds", "The wait that the tenant asked for.", ["tenant"]),
    ],
  ];
  const done = new Counter({
    name: "exo_worker_events_total",
    help: "Events that this process has run, by their outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const duration = new Histogram({
    name: "exo_worker_event_seconds",
    help: "How long an event took in this process.",
    buckets,
    registers,
  });
  return {
    ended({ outcome, seconds }) {
      done.inc({ outcome });
      duration.observe(seconds);
    },
    async text() {
      const stats = await queue.stats().catch(() => undefined);
      up.set(stats === undefined ? 0 : 1);
      events.reset();
      for (const [, one] of ofTenant) one.reset();
      for (const tenant of stats ?? []) {
        const labels = { tenant: tenant.group };
        for (const state of states) events.set({ ...labels, state }, tenant[state]);
        for (const [name, one] of ofTenant) one.set(labels, Number(tenant[name]));
      }
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}
