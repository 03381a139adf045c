import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { IdTable } from "../lib/idTable.ts";

describe("a table of IDs", () => {
  it("holds what a Set holds, whatever the case of the IDs", () => {
    const random = Array.from({ length: 5_000 }, () => randomUUID());
    const counted = Array.from({ length: 5_000 }, (_, index) => guidOf(index));
    const others = ["", "tenant_sku", "not-a-guid"];
    const table = new IdTable();
    const ids = [...random, ...counted, ...others];
    for (const [index, id] of ids.entries()) {
      expect(table.positionOf(id)).toBeUndefined();
      expect(table.add(id)).toBe(true);
      expect(table.size).toBe(index + 1);
    }
    for (const [index, id] of ids.entries()) {
      expect(table.add(id.toUpperCase())).toBe(false);
      expect(table.positionOf(id.toUpperCase())).toBe(index);
    }
    expect(table.size).toBe(ids.length);
  });

  it("tells GUIDs apart that differ in one digit", () => {
    const zeros = guidOf(0);
    const digits = [...zeros.matchAll(/0/g)];
    const others = digits.map(({ index }) => `${zeros.slice(0, index)}8${zeros.slice(index + 1)}`);
    const table = new IdTable();
    for (const id of [zeros, ...others]) expect(table.add(id)).toBe(true);
    expect(table.positionOf("ffffffff-ffff-ffff-ffff-ffffffffffff")).toBeUndefined();
    expect([zeros, ...others].map((id) => table.positionOf(id))).toEqual([...others.keys(), 32]);
  });
});

function guidOf(index: number): string {
  return `00000000-0000-0000-0000-${index.toString(16).padStart(12, "0")}`;
}
