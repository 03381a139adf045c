import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { SeenIds } from "../lib/seenIds.ts";

it("knows what a Set knows, whatever the case of the IDs", () => {
  const random = Array.from({ length: 5_000 }, () => randomUUID());
  const counted = Array.from({ length: 5_000 }, (_, index) => guidOf(index));
  const others = ["", "tenant_sku", "not-a-guid"];
  const seen = new SeenIds();
  const ids = [...random, ...counted, ...others];
  for (const id of ids) expect(seen.add(id)).toBe(true);
  for (const id of ids) expect(seen.add(id.toUpperCase())).toBe(false);
  expect(seen.add(guidOf(5_000))).toBe(true);
});

it("tells GUIDs apart that differ in one digit", () => {
  const zeros = guidOf(0);
  const digits = [...zeros.matchAll(/0/g)];
  const others = digits.map(({ index }) => `${zeros.slice(0, index)}8${zeros.slice(index + 1)}`);
  const seen = new SeenIds();
  for (const id of [zeros, ...others]) expect(seen.add(id)).toBe(true);
});

function guidOf(index: number): string {
  return `00000000-0000-0000-0000-${index.toString(16).padStart(12, "0")}`;
}
