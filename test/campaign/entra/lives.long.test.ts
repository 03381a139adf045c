import { expect, it } from "vitest";
import { runLife } from "./run.ts";

it("fifty lives of accounts break no rule", async () => {
  const reports = await Promise.all(Array.from({ length: 50 }, (_, index) => runLife(7, index)));
  expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
  expect(new Set(reports.flatMap(({ met }) => met)).size).toBeGreaterThan(10);
});
