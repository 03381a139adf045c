import { describe, expect, it } from "vitest";
import { forEachItem } from "../../lib/host/itemPool.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("items", () => {
  it("start in order, and never more at a time than allowed", async () => {
    const started: number[] = [];
    let active = 0;
    let maxActive = 0;
    await forEachItem(numbers(40), 5, async (number) => {
      started.push(number);
      maxActive = Math.max(maxActive, ++active);
      for (let turns = number % 3; turns >= 0; turns--) await turn();
      active--;
    });
    expect(started).toEqual(numbers(40));
    expect([maxActive, active]).toEqual([5, 0]);
  });

  it("let others continue while they wait, and wait for a free slot before they resume", async () => {
    let working = 0;
    let waiting = 0;
    let maxWorking = 0;
    let maxWaiting = 0;
    let done = 0;
    let letAllGo = (): void => undefined;
    const allAreWaiting = new Promise<void>((resolve) => (letAllGo = resolve));
    const enter = (): void => void (maxWorking = Math.max(maxWorking, ++working));
    await forEachItem(numbers(30), 3, async (_number, whileWaiting) => {
      enter();
      await turn();
      working--;
      await whileWaiting(async () => {
        maxWaiting = Math.max(maxWaiting, ++waiting);
        if (waiting === 30) letAllGo();
        await allAreWaiting;
        waiting--;
      });
      enter();
      await turn();
      working--;
      done++;
    });
    expect({ done, working, waiting }).toEqual({ done: 30, working: 0, waiting: 0 });
    expect(maxWorking).toBe(3);
    expect(maxWaiting).toBe(30);
  });

  it("continue also when the wait fails", async () => {
    const ended: string[] = [];
    await forEachItem(["a", "b", "c"], 1, async (item, whileWaiting) => {
      await whileWaiting(() => Promise.reject(new Error(item))).catch((error: unknown) =>
        ended.push((error as Error).message),
      );
    });
    expect(ended.sort()).toEqual(["a", "b", "c"]);
  });

  it("may be absent", async () => {
    await forEachItem([], 5, () => Promise.reject(new Error("never")));
  });
});
