import pLimit from "p-limit";

/**
 * Requests, and items, in progress at the same time. No limit is published; exporters of permissions
 * found that many tenants do not allow ten at a time.
 */
export const maxConcurrent = 5;

/** A number of slots. Those who wait get one in the order in which they asked. */
export interface Slots {
  /** How many there are; at least one. Slots that were taken before a change stay taken. */
  size: number;
  /** Resolves as soon as a slot is free, to the function that frees it again. */
  take(): Promise<() => void>;
}

export function slotsOf(max: number): Slots {
  const limit = pLimit(max);
  return {
    get size() {
      return limit.concurrency;
    },
    set size(size) {
      limit.concurrency = size;
    },
    take: () =>
      new Promise((resolve) => {
        void limit(() => new Promise<void>((free) => resolve(free)));
      }),
  };
}

/** Runs a wait. The caller may let other work go on until it ends. */
export type WhileWaiting = (wait: () => Promise<void>) => Promise<void>;
