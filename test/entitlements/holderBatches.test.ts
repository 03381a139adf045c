import { describe, expect, it } from "vitest";
import { HolderBatches } from "../../lib/entitlements/holderBatches.ts";
import { maxReferences, type Holders } from "../../lib/host/permissionActions.ts";

const options = ["Editor", "Reader"].map((option) => ({
  option,
  permission: { identification: { Id: option }, name: option },
  description: `Calendar as ${option}`,
}));
const references = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `account ${from + index}`);

function imported(holders: readonly (readonly [option: string, account: string])[]): Holders[] {
  const batches = new HolderBatches(options);
  return [
    ...holders.flatMap(([option, account]) => [...batches.add(option, account)]),
    ...batches.rest(),
  ];
}

describe("holders of permissions", () => {
  it("arrive in one batch for each permission that has any", () => {
    const [editor, reader] = options.map(({ permission, description }) => ({
      permission,
      description,
    }));
    const holders = [["Editor", "a"] as const, ["Reader", "b"] as const, ["Editor", "c"] as const];
    expect(imported(holders)).toEqual([
      { ...editor, accountReferences: ["a", "c"] },
      { ...reader, accountReferences: ["b"] },
    ]);
    expect(imported([["Reader", "b"]]).map(({ description }) => description)).toEqual([
      "Calendar as Reader",
    ]);
  });

  it("arrive in batches of the size that one record may have, each reference once", () => {
    const all = references(2 * maxReferences + 1);
    const batches = imported(all.map((account) => ["Editor", account] as const));
    expect(batches.map(({ accountReferences }) => [...accountReferences])).toEqual([
      references(maxReferences),
      references(maxReferences, maxReferences),
      references(1, 2 * maxReferences),
    ]);
  });

  it("leave no empty batch after a full one", () => {
    const all = references(maxReferences).map((account) => ["Editor", account] as const);
    expect(imported(all)).toHaveLength(1);
  });

  it("of an unknown option are ignored", () => {
    expect(imported([["Owner", "a"]])).toEqual([]);
  });
});
