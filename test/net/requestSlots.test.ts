import { describe, expect, it } from "vitest";
import { requestSlots, type RequestSlots } from "../../lib/net/requestSlots.ts";
import { settled } from "../exchange/answering.ts";

/** Requests that are sent as soon as there is a slot, and answered when a test says so. */
function requests(slots: RequestSlots, count: number) {
  const sent: number[] = [];
  const answers: (() => void)[] = [];
  for (let index = 0; index < count; index++) {
    void slots.run(async () => {
      sent.push(index);
      await new Promise<void>((resolve) => answers.push(resolve));
    });
  }
  return {
    sent,
    async answer(some: number): Promise<void> {
      for (const resolve of answers.splice(0, some)) resolve();
      await settled();
    },
  };
}

async function sentAtOnce(slots: RequestSlots, count: number): Promise<number[]> {
  const { sent } = requests(slots, count);
  await settled();
  return sent;
}

/** One after the other is sent and answered. */
async function calm(slots: RequestSlots, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await slots.run(() => Promise.resolve());
}

describe("request slots", () => {
  it("are taken at once while any are free, in order", async () => {
    const slots = requestSlots(3);
    expect(await sentAtOnce(slots, 5)).toEqual([0, 1, 2]);
    expect(await sentAtOnce(slots, 1)).toEqual([]);
  });

  it("go to the request that waited longest, when one is free again", async () => {
    const { sent, answer } = requests(requestSlots(1), 3);
    await settled();
    expect(sent).toEqual([0]);
    await answer(1);
    expect(sent).toEqual([0, 1]);
    await answer(1);
    expect(sent).toEqual([0, 1, 2]);
  });

  it("are freed when sending fails, and the failure is passed on", async () => {
    const slots = requestSlots(1);
    await expect(slots.run(() => Promise.reject(new Error("cut off")))).rejects.toThrow("cut off");
    expect(await sentAtOnce(slots, 1)).toEqual([0]);
  });

  it.each([
    [5, 1, 2],
    [5, 2, 1],
    [5, 7, 1],
    [10, 1, 5],
    [1, 1, 1],
  ])("of %i, after %i complaints, are %i", async (max, complaints, left) => {
    const slots = requestSlots(max);
    for (let index = 0; index < complaints; index++) slots.halve();
    expect(await sentAtOnce(slots, 12)).toHaveLength(left);
  });

  it("that were taken before a complaint stay taken, and the next request waits until fewer are", async () => {
    const slots = requestSlots(5);
    const first = requests(slots, 5);
    await settled();
    slots.halve();
    const next = requests(slots, 5);
    await first.answer(3);
    expect(next.sent).toEqual([]);
    await first.answer(1);
    expect(next.sent).toEqual([0]);
  });

  it.each([
    [19, 2],
    [20, 3],
    [39, 3],
    [40, 4],
    [60, 5],
    [200, 5],
  ])("come back one by one: after %i calm requests %i", async (count, expected) => {
    const slots = requestSlots(5);
    await calm(slots, 50);
    slots.halve();
    await calm(slots, count);
    expect(await sentAtOnce(slots, 9)).toHaveLength(expected);
  });

  it("do not come back while there are complaints", async () => {
    const slots = requestSlots(5);
    for (let index = 0; index < 5; index++) {
      slots.halve();
      await calm(slots, 19);
    }
    expect(await sentAtOnce(slots, 9)).toHaveLength(1);
  });
});
