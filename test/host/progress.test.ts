import { describe, expect, it } from "vitest";
import { reportProgress } from "../../lib/host/progress.ts";
import { Tally } from "../../lib/tally.ts";

/** An import whose time and reads a test moves on. */
function importing() {
  const tally = new Tally();
  const lines: string[] = [];
  const over = new AbortController();
  const state = { now: 0, records: 0, requests: 0 };
  reportProgress({
    tally,
    stats: {
      get requests() {
        return state.requests;
      },
      retries: 0,
      waitedMs: 0,
    },
    records: () => state.records,
    now: () => state.now,
    signal: over.signal,
    log: (level, message) => lines.push(`${level}: ${message}`),
  });
  /** The items of a list that has ended, ten to a request. */
  const begun = async (count: number) => {
    const part = tally.count(Array.from({ length: count }).keys(), 10);
    for await (const _ of part.items);
    return part;
  };
  const at = (seconds: number): void => {
    state.now = seconds * 1000;
    tally.onMove();
  };
  return { tally, lines, state, begun, at, end: () => over.abort() };
}

describe("the progress of an import", () => {
  it("is an estimate before the long part, and then a line every five seconds at most", async () => {
    const { lines, state, begun, at } = importing();
    state.requests = 8;
    at(1);
    const part = await begun(8_000);
    at(2);
    for (let second = 3; second <= 22; second++) {
      state.now = second * 1000;
      state.requests += 10;
      part.done(100);
    }
    expect(lines).toEqual([
      "information: This import takes about 808 requests and 1 minute.",
      "information: Import: 800 of 8000 read, with 88 requests; about 1 minute left.",
      "information: Import: 1300 of 8000 read, with 138 requests; about 1 minute left.",
      "information: Import: 1800 of 8000 read, with 188 requests; about 1 minute left.",
    ]);
  });

  it("reckons with the pace so far", async () => {
    const { lines, begun, state, at } = importing();
    at(4);
    const part = await begun(1_000);
    at(4);
    state.now = 14_000;
    part.done(20);
    state.now = 24_000;
    part.done(80);
    expect(lines.map((line) => line.split(";").at(-1))).toEqual([
      "information: This import takes about 98 requests and 8 minutes.",
      " about 3 minutes left.",
    ]);
  });

  it("is silent when the import is over in ten seconds", async () => {
    const { lines, begun, state, at } = importing();
    at(1);
    const part = await begun(1_000);
    at(1);
    state.now = 9_000;
    part.done(900);
    expect(lines).toEqual([]);
  });

  it("is the number of records while no total is known, after ten seconds", () => {
    const { lines, state, at } = importing();
    for (const second of [5, 9, 11, 13, 16]) {
      state.records = second * 1000;
      state.requests = second;
      at(second);
    }
    expect(lines).toEqual([
      "information: Import: 11000 records so far, with 11 requests.",
      "information: Import: 16000 records so far, with 16 requests.",
    ]);
  });

  it("says nothing after the end of the run", () => {
    const { lines, at, end } = importing();
    end();
    at(20);
    expect(lines).toEqual([]);
  });
});

/** Numbers from 1, and how many of them were asked for. */
function endless(): { numbers: AsyncGenerator<number, void, undefined>; asked(): number } {
  let asked = 0;
  async function* numbers(): AsyncGenerator<number, void, undefined> {
    for (;;) yield await Promise.resolve(++asked);
  }
  return { numbers: numbers(), asked: () => asked };
}

describe("the count of what is read one by one", () => {
  it("takes no more from a list than its reader, until the total is wanted; then ten thousand at most", async () => {
    const tally = new Tally();
    const { numbers, asked } = endless();
    const { items } = tally.count(numbers, 10);
    await items.next();
    expect([asked(), tally.outlook()?.extent]).toEqual([1, "growing"]);
    tally.wantsTotals = true;
    expect((await items.next()).value).toBe(2);
    while (asked() < 10_002) await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect([asked(), tally.outlook()?.extent]).toEqual([10_002, "atLeast"]);
    await items.return();
  });

  it("guesses what is read about objects that are not known yet from the list that is", async () => {
    const tally = new Tally();
    const calendars = tally.count(endless().numbers, 10);
    const mailboxes = tally.count([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 10);
    await calendars.items.next();
    expect(tally.outlook()?.extent).toBe("growing");
    for await (const _ of mailboxes.items);
    mailboxes.done(10);
    expect(tally.outlook()).toEqual({ items: 22, done: 10, requests: 3, extent: "all" });
    mailboxes.done(1);
    mailboxes.end();
    calendars.done(1);
    expect(tally.outlook()).toEqual({ items: 22, done: 12, requests: 1, extent: "all" });
    calendars.end();
    expect(tally.outlook()).toBeUndefined();
  });

  it("yields every item before it throws what the list threw", async () => {
    const tally = new Tally();
    tally.wantsTotals = true;
    async function* broken(): AsyncGenerator<number, void, undefined> {
      yield await Promise.resolve(1);
      yield 2;
      throw new Error("The list broke.");
    }
    const seen: number[] = [];
    const work = (async () => {
      for await (const number of tally.count(broken(), 10).items) seen.push(number);
    })();
    await expect(work).rejects.toThrow("The list broke.");
    expect(seen).toEqual([1, 2]);
  });
});
