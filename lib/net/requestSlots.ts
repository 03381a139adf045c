import { slotsOf } from "../concurrency.ts";

/** Limits the requests in progress to as many as the service allows, which its refusals show. */
export interface RequestSlots {
  /** The number of requests in progress is never higher, whatever the service allows. */
  readonly max: number;
  /** Calls `send` when a slot is free, and again as `mayFollow` says. */
  run<T>(send: () => Promise<T>, about: AboutRequest<T>): Promise<T>;
}

export interface AboutRequest<T> {
  /** Whether the service takes no more requests at the same time. */
  isRefusal(reply: T): boolean;
  /**
   * Whether a refused request may be sent again as soon as another one in progress has ended: the service names no time
   * to wait. Absent: it is not.
   */
  mayFollow?(refusal: T): boolean;
  /** It waits for at most one other that came before it. All other requests wait in the order in which they came. */
  isUrgent?: boolean | undefined;
}

/** Without a setting. Tools that export permissions found that many tenants do not allow as many. */
export const defaultMaxRequests = 10;
/** Many tenants allow so many; refusals and successes then show how many it really is. */
const firstSlots = 3;
/** A request follows another one so often; then its refusal is an answer. */
const maxFollows = 3;
/** After a refusal, one slot more is tried when all slots were used so many times without another one. */
const calmRounds = 20;

/**
 * Starts with a few slots. Every request that succeeds adds one, up to twice as many as were ever in progress, until
 * the service refuses: then there are as many as are in progress beside the refused request. So a burst of refusals
 * leaves what was accepted.
 */
export function requestSlots(max: number): RequestSlots {
  const slots = slotsOf(Math.min(firstSlots, max));
  /** Only one request that is not urgent waits for a slot. The others wait for its place. */
  const place = slotsOf(1);
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

  /** Sends once; `others` are those in progress when the reply had come. */
  async function sent<T>(
    send: () => Promise<T>,
    isRefusal: (reply: T) => boolean,
    isUrgent: boolean,
  ): Promise<{ reply: T; others: number }> {
    const leave = isUrgent ? undefined : await place.take();
    const free = await slots.take();
    leave?.();
    mostInProgress = Math.max(mostInProgress, ++inProgress);
    let afterwards = (): void => undefined;
    try {
      const reply = await send();
      afterwards = isRefusal(reply) ? onRefusal : onSuccess;
      return { reply, others: inProgress - 1 };
    } finally {
      inProgress--;
      afterwards();
      free();
    }
  }

  return {
    max,
    async run(send, { isRefusal, mayFollow = () => false, isUrgent = false }) {
      for (let follows = 0; ; follows++) {
        const { reply, others } = await sent(send, isRefusal, isUrgent || follows > 0);
        // The refusal left as many slots as there are others: the next one is free when one of them has ended.
        const follow = others > 0 && follows < maxFollows && isRefusal(reply) && mayFollow(reply);
        if (!follow) return reply;
      }
    },
  };
}
