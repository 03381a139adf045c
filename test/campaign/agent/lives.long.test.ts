import { expect, it } from "vitest";
import { runLife } from "./run.ts";

it("twenty lives of accounts behind agents break no rule", async () => {
  const met = new Set<string>();
  const reports = [];
  for (let index = 0; index < 20; index += 4)
    reports.push(...(await Promise.all([0, 1, 2, 3].map((more) => runLife(7, index + more)))));
  for (const report of reports) {
    expect(report.violations).toEqual([]);
    for (const name of report.met) met.add(name);
  }
  expect(met.size).toBeGreaterThan(10);
}, 300_000);
