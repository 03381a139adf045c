/** A queue for a test, with a key of its own. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { eventQueue, type EventQueue } from "../../lib/runtime/queue/eventQueue.ts";
import type { JobQueue, NewJob } from "../../lib/runtime/queue/jobQueue.ts";
import type { QueueChoices, QueuePlace } from "../../lib/runtime/queue/database.ts";
import { openJobQueue } from "../../lib/runtime/queue/pgBossQueue.ts";
import { sealingWith, type Sealing } from "../../lib/runtime/queue/sealing.ts";

export const inMemory: QueuePlace = { embedded: undefined };

export interface Opened {
  queue: JobQueue;
  events: EventQueue;
  sealing: Sealing;
  /** What the queue had to say. */
  log: string[];
}

export async function opened(
  place: QueuePlace,
  choices: Partial<QueueChoices> = {},
  key = randomBytes(32),
  ...laterKeys: readonly Buffer[]
): Promise<Opened> {
  const sealing = sealingWith(key, ...laterKeys);
  const log: string[] = [];
  const queue = await openJobQueue(place, {
    log: (level, message) => void log.push(`${level}: ${message}`),
    watches: true,
    mark: sealing.keyId,
    seals: sealing.contentKeyIds,
    retrySeconds: 1,
    ...choices,
  });
  const events = eventQueue(queue, { sealing, check: () => Promise.resolve() });
  return { queue, events, sealing, log };
}

let count = 0;

/** Jobs of one group: `keys` names the key of each. The input of a job is its number among those of its key. */
export function jobsFor(group: string, keys: readonly string[]): (NewJob & { key: string })[] {
  const numbers = new Map<string, number>();
  return keys.map((key) => {
    const number = (numbers.get(key) ?? 0) + 1;
    numbers.set(key, number);
    return { name: `job ${++count}`, group, key, input: { key, number } };
  });
}

/** Resolves when it is true, within 100 s: other work may keep the machine busy. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 100_000; performance.now() < end;) {
    if (await isTrue()) return;
    await delay(20);
  }
  throw new Error("It did not become true within 100 s.");
}
