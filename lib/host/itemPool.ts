import { slotsOf, type WhileWaiting } from "../concurrency.ts";

/**
 * Processes the items in order, at most `max` at the same time. `work` must not reject. While an item
 * waits, others continue; it resumes when a slot is free again.
 */
export async function forEachItem<T>(
  items: readonly T[],
  max: number,
  work: (item: T, whileWaiting: WhileWaiting) => Promise<void>,
): Promise<void> {
  const slots = slotsOf(max);
  const started: Promise<void>[] = [];
  for (const item of items) {
    let free = await slots.take();
    const whileWaiting: WhileWaiting = async (wait) => {
      free();
      try {
        await wait();
      } finally {
        free = await slots.take();
      }
    };
    started.push(work(item, whileWaiting).finally(() => free()));
  }
  await Promise.all(started);
}
