import { expect, it } from "vitest";
import { runLife } from "./run.ts";

it("thirty lives of accounts of Active Directory break no rule", async () => {
  const met = new Set<string>();
  for (let index = 0; index < 30; index++) {
    const report = await runLife(7, index);
    expect(report.violations).toEqual([]);
    for (const name of report.met) met.add(name);
  }
  expect(met.size).toBeGreaterThan(10);
}, 60_000);
