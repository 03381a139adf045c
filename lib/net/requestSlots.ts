import { slotsOf } from "../concurrency.ts";

/** Limits how many requests are on their way at the same time. */
export interface RequestSlots {
  /** Sends as soon as a slot is free. */
  run<T>(send: () => Promise<T>): Promise<T>;
  /** The service is busy: half as many slots from now on. They come back one by one. */
  halve(): void;
}

/** After this many requests without another complaint there is one slot more. */
const calmRequests = 20;

/** At most `max` slots, and never fewer than one. */
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
