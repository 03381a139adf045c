/** How far the reads of a run have come: clients count, and the host reports it to the people who wait. */

/** A number of objects that are read one by one, several to a request. */
interface Part {
  /** The objects of one request. */
  readonly perRequest: number;
  /** The objects that have arrived from their list. */
  items: number;
  /** Those of them that were read. */
  done: number;
  /** The list has ended: there are no more. */
  isWhole: boolean;
}

/** What is known of the work that is left. */
export interface Outlook {
  items: number;
  done: number;
  /** The requests that are left, if each object takes as many as planned. */
  requests: number;
  /** Whether that is all, or at least that much, or not known because a list still grows. */
  extent: "all" | "atLeast" | "growing";
}

/** So many objects are taken from a list before they are read, once their number is wanted: a few MB. */
const maxAhead = 10_000;
/** Some of them are taken already, and being read. */
const fullAhead = maxAhead / 2;

export class Tally {
  /** Someone waits, and wants to know how long it takes: lists are read ahead, up to 10,000 objects. */
  wantsTotals = false;
  /** Called when something has moved on. */
  onMove: () => void = () => undefined;
  readonly #open = new Set<Part>();
  #finished = 0;
  /** The longest list that has ended: what is read about objects of another one is guessed from it. */
  #longest = 0;

  /** The same items, counted, and read ahead when their number is wanted. `done` counts those that were read. */
  count<T>(
    items: AsyncIterable<T> | Iterable<T>,
    perRequest: number,
  ): { items: AsyncGenerator<T, void, undefined>; done(count: number): void; end(): void } {
    const part: Part = { perRequest, items: 0, done: 0, isWhole: false };
    this.#open.add(part);
    return {
      items: this.#counted(items, part),
      done: (count) => {
        part.done += count;
        this.onMove();
      },
      end: () => {
        if (this.#open.delete(part)) this.#finished += part.done;
      },
    };
  }

  /** Undefined while nothing is read one by one. */
  outlook(): Outlook | undefined {
    if (this.#open.size === 0) return undefined;
    const all: Outlook = {
      items: this.#finished,
      done: this.#finished,
      requests: 0,
      extent: "all",
    };
    for (const { perRequest, items, done, isWhole } of this.#open) {
      const isKnown = isWhole || this.#longest > 0;
      const expected = isWhole ? items : Math.max(items, this.#longest);
      all.items += expected;
      all.done += done;
      all.requests += Math.ceil((expected - done) / perRequest);
      if (!isKnown && all.extent !== "growing")
        all.extent = items - done >= fullAhead ? "atLeast" : "growing";
    }
    return all;
  }

  async *#counted<T>(
    items: AsyncIterable<T> | Iterable<T>,
    part: Part,
  ): AsyncGenerator<T, void, undefined> {
    const source = eachOf(items);
    const ahead: Promise<IteratorResult<T, void>>[] = [];
    let isAsking = false;
    const ask = async (): Promise<IteratorResult<T, void>> => {
      const result = await source.next();
      isAsking = false;
      if (!result.done) part.items++;
      else if (!part.isWhole) {
        part.isWhole = true;
        this.#longest = Math.max(this.#longest, part.items);
      }
      if (this.wantsTotals) askAhead();
      return result;
    };
    /** One by one: a source that is asked for thousands at once has to answer all of them after its end, too. */
    const askAhead = (): void => {
      const wanted = this.wantsTotals && !part.isWhole ? maxAhead : 1;
      if (isAsking || ahead.length >= wanted) return;
      isAsking = true;
      const next = ask();
      // It is reported when the reader gets there.
      next.catch(() => undefined);
      ahead.push(next);
    };
    try {
      for (;;) {
        askAhead();
        const result = await ahead.shift();
        if (!result || result.done) return;
        yield result.value;
      }
    } finally {
      // A reader that stops early does not wait for what is still on its way.
      void source.return().catch(() => undefined);
    }
  }
}

async function* eachOf<T>(
  items: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<T, void, undefined> {
  yield* items;
}
