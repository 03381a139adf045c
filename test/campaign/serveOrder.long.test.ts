import { expect, it } from "vitest";
import { orderCampaign, OrderOracle } from "./serveOrder.ts";
import type { Entry } from "../emulator/journal.ts";

it("2,000 events of a few accounts are applied in the order of their arrival", async () => {
  const report = await orderCampaign({ events: 2_000, seed: 7 });
  expect(report).toMatchObject({ violations: [], unanswered: 0 });
  // Most events succeed although many requests do not.
  expect(report.succeeded).toBeGreaterThan(1_800);
  expect(report.troubled).toBeGreaterThan(200);
});

it("the judge sees an earlier value after a later one, and not one that is set twice", () => {
  const oracle = new OrderOracle();
  const set = (Identity: string, number: number, applied = true): void =>
    oracle.see({
      cmdlet: "Set-Mailbox",
      parameters: { Identity, CustomAttribute9: `${number} x` },
      applied,
      status: 200,
    } as Partial<Entry> as Entry);
  for (const number of [1, 2, 2]) set("a", number);
  set("b", 1);
  set("a", 1, false);
  expect(oracle.violations).toEqual([]);
  set("A", 1);
  expect(oracle.violations).toEqual(["a: 1 after 2"]);
});
