import { slotsOf } from "../concurrency.ts";

/** Limits the requests in progress to as many as the service allows, which its refusals show. */
export interface RequestSlots {
  /** The number of requests in progress is never higher, whatever the service allows. */
  readonly max: number;
  /** Calls `send` when a slot is free. `isRefusal`: the service takes no more requests at the same time. */
  run<T>(send: () => Promise<T>, isRefusal: (reply: T) => boolean): Promise<T>;
}

/** Without a setting. Tools that export permissions found that many tenants do not allow as many. */
export const defaultMaxRequests = 10;
/** Many tenants allow so many; refusals and successes then show how many it really is. */
const firstSlots = 3;
/** After a refusal, one slot more is tried when all slots were used so many times without another one. */
const calmRounds = 20;

/**
 * Starts with a few slots. Every request that succeeds adds one, up to twice as many as were ever in progress, until
 * the service refuses: then there are as many as are in progress beside the refused request. So a burst of refusals
 * leaves what was accepted.
 */
export function requestSlots(max: number): RequestSlots {
  const slots = slotsOf(Math.min(firstSlots, max));
  let inProgress = 0;
  let mostInProgress = 0;
  let wasRefused = false;
  let calm = 0;

  function onRefusal(): void {
    wasRefused = true;
    calm = 0;
    slots.size = Math.max(1, Math.min(slots.size, inProgress));
  }

  function onSuccess(): void {
    const isAllowed = wasRefused
      ? ++calm >= calmRounds * slots.size
      : slots.size < 2 * mostInProgress;
    if (!isAllowed || slots.size >= max) return;
    calm = 0;
    slots.size++;
  }

  return {
    max,
    async run(send, isRefusal) {
      const free = await slots.take();
      mostInProgress = Math.max(mostInProgress, ++inProgress);
      let afterwards = (): void => undefined;
      try {
        const reply = await send();
        afterwards = isRefusal(reply) ? onRefusal : onSuccess;
        return reply;
      } finally {
        inProgress--;
        afterwards();
        free();
      }
    },
  };
}
