import pLimit from "p-limit";
import type { Tally } from "./tally.ts";

/** The maximum number of items, such as resources, that one event works on at the same time. */
export const maxConcurrentItems = 5;

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

/**
 * Reads items in bundles of `size`, a request each, and yields what comes of them in the order of its arrival. The
 * workers share one source, and a worker goes on when its last piece was taken: nothing piles up. There are twice as
 * many as requests may be in progress, so that the next one is ready while the reader works on an answer. A tally
 * counts the items.
 */
export async function* eachBundle<T, Piece>(
  items: AsyncIterable<T> | Iterable<T>,
  { size, maxRequests, tally }: { size: number; maxRequests: number; tally?: Tally | undefined },
  piecesOf: (bundle: T[]) => AsyncGenerator<Piece, void, undefined>,
): AsyncGenerator<Piece, void, undefined> {
  const counted = tally?.count(items, size);
  const bundles = bundled(counted?.items ?? items, size);
  async function* worker(): AsyncGenerator<Piece, void, undefined> {
    for (let next = await bundles.next(); !next.done; next = await bundles.next()) {
      yield* piecesOf(next.value);
      counted?.done(next.value.length);
    }
  }
  try {
    yield* merged(Array.from({ length: 2 * maxRequests }, worker));
  } finally {
    counted?.end();
    // A reader that stops early wants no more from the source either.
    void bundles.return().catch(() => undefined);
  }
}

/** The items in bundles of `size`, as they arrive; the last one may be smaller. */
async function* bundled<T>(
  items: AsyncIterable<T> | Iterable<T>,
  size: number,
): AsyncGenerator<T[], void, undefined> {
  let bundle: T[] = [];
  for await (const item of items) {
    if (bundle.push(item) < size) continue;
    yield bundle;
    bundle = [];
  }
  if (bundle.length > 0) yield bundle;
}

/**
 * The items of a source. The next one is requested as soon as one arrives, while the reader works on that. Before the
 * reader goes on, the event loop turns until that request is sent: undici does so two turns of the loop later, and a
 * reader that never waits would delay it until it has worked on the whole item (38 ms for a page of 999 users).
 */
export async function* readAhead<T>(
  source: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  try {
    let next = source.next();
    for (let result = await next; !result.done; result = await next) {
      next = source.next();
      // It is reported when the reader gets there.
      next.catch(() => undefined);
      await requestsLeave();
      yield result.value;
    }
  } finally {
    // A reader that stops early does not wait for what is still on its way.
    void source.return().catch(() => undefined);
  }
}

/** Counted, because time is no measure of turns: a busy loop may not turn at all in a millisecond. */
const turnsToSend = 2;

/** Requests that were begun are sent before the caller goes on. */
export async function requestsLeave(): Promise<void> {
  for (let turn = 0; turn < turnsToSend; turn++)
    await new Promise((resolve) => setImmediate(resolve));
}

/** The items of several sources, in the order of their arrival. */
export async function* merged<T>(
  sources: readonly AsyncGenerator<T, void, undefined>[],
): AsyncGenerator<T, void, undefined> {
  const pending = new Map(sources.map((source) => [source, nextOf(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done) pending.delete(source);
      else {
        yield result.value;
        pending.set(source, nextOf(source));
      }
    }
  } finally {
    // A reader that stops early does not wait for what is still on its way.
    for (const source of pending.keys()) void source.return().catch(() => undefined);
  }
}

async function nextOf<T>(
  source: AsyncGenerator<T, void, undefined>,
): Promise<{ source: AsyncGenerator<T, void, undefined>; result: IteratorResult<T, void> }> {
  return { source, result: await source.next() };
}
