import { describe, expect, it } from "vitest";
import { requestSlots, type RequestSlots } from "../../lib/net/requestSlots.ts";
import { settled } from "../exchange/answering.ts";

/** How many of these are let in, and in which order. */
async function letIn(places: RequestSlots, count: number): Promise<number[]> {
  const inside: number[] = [];
  for (let index = 0; index < count; index++) void places.take().then(() => inside.push(index));
  await settled();
  return inside;
}

async function emptied(places: RequestSlots, count: number): Promise<void> {
  for (let index = 0; index < count; index++) places.free();
  await settled();
}

/** One after the other comes and goes. */
async function calm(places: RequestSlots, requests: number): Promise<void> {
  for (let index = 0; index < requests; index++) {
    await places.take();
    places.free();
  }
}

describe("places for requests", () => {
  it("are given out at once as long as there are any, and in turn", async () => {
    const places = requestSlots(3);
    expect(await letIn(places, 5)).toEqual([0, 1, 2]);
    expect(await letIn(places, 1)).toEqual([]);
  });

  it("go to who waited longest when they come free", async () => {
    const places = requestSlots(1);
    const inside: string[] = [];
    for (const name of ["a", "b", "c"]) void places.take().then(() => inside.push(name));
    for (const expected of [["a"], ["a", "b"], ["a", "b", "c"]]) {
      await settled();
      expect(inside).toEqual(expected);
      places.free();
    }
  });

  it.each([
    [5, 1, 2],
    [5, 2, 1],
    [5, 7, 1],
    [10, 1, 5],
    [1, 1, 1],
  ])("of %i, after %i complaints, are %i", async (most, complaints, left) => {
    const places = requestSlots(most);
    for (let index = 0; index < complaints; index++) places.fewer();
    expect(await letIn(places, 12)).toHaveLength(left);
  });

  it("that were taken before a complaint stay taken, and nobody follows until there are fewer", async () => {
    const places = requestSlots(5);
    await letIn(places, 5);
    places.fewer();
    const waiting = letIn(places, 5);
    await emptied(places, 3);
    expect(await waiting).toEqual([]);
    await emptied(places, 1);
    expect(await waiting).toEqual([0]);
  });

  it.each([
    [19, 2],
    [20, 3],
    [39, 3],
    [40, 4],
    [60, 5],
    [200, 5],
  ])("come back one by one: after %i calm requests %i", async (requests, expected) => {
    const places = requestSlots(5);
    await calm(places, 50);
    places.fewer();
    await calm(places, requests);
    expect(await letIn(places, 9)).toHaveLength(expected);
  });

  it("do not come back while there are complaints", async () => {
    const places = requestSlots(5);
    for (let index = 0; index < 5; index++) {
      places.fewer();
      await calm(places, 19);
    }
    expect(await letIn(places, 9)).toHaveLength(1);
  });
});
