import { slotsOf } from "../concurrency.ts";

/** Limits the number of requests in progress. */
export interface RequestSlots {
  /** Calls `send` when a slot is free. */
  run<T>(send: () => Promise<T>): Promise<T>;
  /** The service is busy: halves the number of slots. They return one by one. */
  halve(): void;
}

/** One slot returns after this many requests without another sign of a busy service. */
const calmRequests = 20;

/** At most `max` slots, at least one. */
export function requestSlots(max: number): RequestSlots {
  const slots = slotsOf(max);
  let calm = 0;
  return {
    async run(send) {
      const free = await slots.take();
      try {
        return await send();
      } finally {
        if (++calm >= calmRequests && slots.size < max) {
          calm = 0;
          slots.size++;
        }
        free();
      }
    },
    halve() {
      calm = 0;
      slots.size = Math.max(1, Math.floor(slots.size / 2));
    },
  };
}
