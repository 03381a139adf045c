import { describe, expect, it } from "vitest";
import { inLanes } from "../../lib/host/itemPool.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("lanes", () => {
  it("are taken in order, and never more than there are", async () => {
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    await inLanes(numbers(40), 5, async (number) => {
      begun.push(number);
      most = Math.max(most, ++now);
      for (let turns = number % 3; turns >= 0; turns--) await turn();
      now--;
    });
    expect(begun).toEqual(numbers(40));
    expect([most, now]).toEqual([5, 0]);
  });

  it("are left by those who step aside, and taken again before they go on", async () => {
    let working = 0;
    let waiting = 0;
    let mostWorking = 0;
    let mostWaiting = 0;
    let done = 0;
    let letAllGo = (): void => undefined;
    const allAreWaiting = new Promise<void>((resolve) => (letAllGo = resolve));
    const enter = (): void => void (mostWorking = Math.max(mostWorking, ++working));
    await inLanes(numbers(30), 3, async (_number, aside) => {
      enter();
      await turn();
      working--;
      await aside(async () => {
        mostWaiting = Math.max(mostWaiting, ++waiting);
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
    expect(mostWorking).toBe(3);
    expect(mostWaiting).toBe(30);
  });

  it("are taken again also when the wait fails", async () => {
    const ended: string[] = [];
    await inLanes(["a", "b", "c"], 1, async (thing, aside) => {
      await aside(() => Promise.reject(new Error(thing))).catch((error: unknown) =>
        ended.push((error as Error).message),
      );
    });
    expect(ended.sort()).toEqual(["a", "b", "c"]);
  });

  it("end when there is nothing to do", async () => {
    await inLanes([], 5, () => Promise.reject(new Error("never")));
  });
});
