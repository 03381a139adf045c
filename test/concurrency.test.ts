import { describe, expect, it } from "vitest";
import { readAhead } from "../lib/concurrency.ts";

/** Numbers from 1, and what was asked of their source. */
function source(count: number): {
  numbers: AsyncGenerator<number, void, undefined>;
  log: string[];
} {
  const log: string[] = [];
  async function* numbers(): AsyncGenerator<number, void, undefined> {
    try {
      for (let number = 1; number <= count; number++) {
        log.push(`asked for ${number}`);
        yield await Promise.resolve(number);
      }
      throw new Error("The source broke.");
    } finally {
      log.push("ended");
    }
  }
  return { numbers: numbers(), log };
}

describe("reading ahead", () => {
  it("asks for the next item while the reader works on one, and for no more than one", async () => {
    const { numbers, log } = source(3);
    const ahead = readAhead(numbers);
    expect((await ahead.next()).value).toBe(1);
    await new Promise(setImmediate);
    expect(log).toEqual(["asked for 1", "asked for 2"]);
    await ahead.return();
  });

  it("lets the next request go out before a reader goes on that never waits", async () => {
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    let sent = 0;
    async function* pages(): AsyncGenerator<number, void, undefined> {
      for (let page = 1; page <= 3; page++) {
        // As undici does on a connection that was used before.
        await turn();
        await turn();
        sent = page;
        yield page;
      }
    }
    for await (const page of readAhead(pages())) expect(sent).toBe(Math.min(page + 1, 3));
  });

  it("yields every item before it throws what the source threw", async () => {
    const seen: number[] = [];
    const work = (async () => {
      for await (const number of readAhead(source(2).numbers)) seen.push(number);
    })();
    await expect(work).rejects.toThrow("The source broke.");
    expect(seen).toEqual([1, 2]);
  });

  it("ends the source when the reader stops early", async () => {
    const { numbers, log } = source(5);
    for await (const number of readAhead(numbers)) if (number === 2) break;
    await new Promise(setImmediate);
    expect(log).toEqual(["asked for 1", "asked for 2", "asked for 3", "ended"]);
  });
});
