import pLimit from "p-limit";

/**
 * The maximum number of requests, and of items, in progress at the same time. No limit is published; tools
 * that export permissions found that many tenants do not allow ten.
 */
export const maxConcurrent = 5;

/** A number of slots. Waiting callers get one in the order in which they asked. */
export interface Slots {
  /** The number of slots, at least one. Slots that were taken before a change remain taken. */
  size: number;
  /** Resolves, when a slot is free, to the function that frees it again. */
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

/** Runs a wait. The caller may let other work continue until it ends. */
export type WhileWaiting = (wait: () => Promise<void>) => Promise<void>;
