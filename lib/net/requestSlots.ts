import { slotsOf } from "../concurrency.ts";
import { turnsOf, type Outcome, type Turn, type TurnSettings } from "./turns.ts";

/** Limits the requests in progress, and their pace, to what the service allows, which its refusals show. */
export interface RequestSlots {
  /** The number of requests in progress is never higher, whatever the service allows. */
  readonly max: number;
  /** Calls `send` when a slot is free, and again as `mayFollow` says. */
  run<T>(send: () => Promise<T>, about: AboutRequest<T>): Promise<T>;
  /** The same slots for one event: it waits for one request of another event at most, however many those have. */
  forEvent(): RequestSlots;
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
  /** For a service that may limit the pace. Absent: it never does. */
  paced?: Paced<T> | undefined;
}

export interface Paced<T> {
  /** So many operations of the service are in the request. */
  operations: number;
  outcomeOf(reply: T): Outcome;
  /** Resolves after so many milliseconds, and rejects when the run has ended. */
  sleep(ms: number): Promise<void>;
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
 * Starts with a few slots. Every request that succeeds adds two, up to three times as many as were ever in progress,
 * until the service refuses: then there are as many as are in progress beside the refused request. So a burst of
 * refusals leaves what was accepted.
 */
export function requestSlots(
  max: number,
  settings: TurnSettings = { clock: Date.now },
): RequestSlots {
  const slots = slotsOf(Math.min(firstSlots, max));
  const turns = turnsOf(settings);
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
    if (!wasRefused) {
      const most = Math.min(max, slots.size + 2, 3 * mostInProgress);
      slots.size = Math.max(slots.size, most);
      return;
    }
    if (++calm < calmRounds * slots.size) return;
    calm = 0;
    slots.size = Math.min(max, slots.size + 1);
  }

  /** Counts a request while it is in progress. `others` are those in progress when the reply had come. */
  async function counted<T>(
    send: () => Promise<T>,
    { isRefusal, paced }: AboutRequest<T>,
    turn: Turn | undefined,
  ): Promise<{ reply: T; others: number }> {
    mostInProgress = Math.max(mostInProgress, ++inProgress);
    let outcome: Outcome = { passed: 0, refused: 0 };
    let afterwards = (): void => undefined;
    try {
      const reply = await send();
      if (paced) outcome = paced.outcomeOf(reply);
      if (isRefusal(reply)) afterwards = onRefusal;
      // A refusal of its pace shows nothing about how many may be in progress.
      else if (outcome.refused === 0) afterwards = onSuccess;
      return { reply, others: inProgress - 1 };
    } finally {
      inProgress--;
      afterwards();
      if (turn) await turns.answered(turn, outcome);
    }
  }

  /** Only one request of an event that is not urgent waits for a slot and its turn. The others wait for its place. */
  function forEvent(): RequestSlots {
    const place = slotsOf(1);

    /** Sends once. */
    async function sent<T>(
      send: () => Promise<T>,
      about: AboutRequest<T>,
      isUrgent: boolean,
    ): Promise<{ reply: T; others: number }> {
      const { paced } = about;
      const leave = isUrgent ? undefined : await place.take();
      const free = await slots.take();
      try {
        const turn = paced && (await turns.take(paced.operations, paced.sleep));
        leave?.();
        return await counted(send, about, turn);
      } finally {
        leave?.();
        free();
      }
    }

    return {
      max,
      forEvent,
      async run(send, about) {
        const { isRefusal, mayFollow = () => false, isUrgent = false } = about;
        for (let follows = 0; ; follows++) {
          const { reply, others } = await sent(send, about, isUrgent || follows > 0);
          // The refusal left as many slots as there are others: the next one is free when one of them has ended.
          const follow = others > 0 && follows < maxFollows && isRefusal(reply) && mayFollow(reply);
          if (!follow) return reply;
        }
      },
    };
  }

  return forEvent();
}
