import { describe, expect, it } from "vitest";
import { objectNames } from "../../lib/exchange/objectNames.ts";
import { Fault } from "../../lib/fault.ts";
import type { ResourceItem } from "../../lib/host/resourceActions.ts";
import { clashesAmong } from "../../lib/resources/clashes.ts";

const item = (name: string, key = name): ResourceItem => ({
  key,
  name,
  label: key === name ? `"${name}"` : `"${name}" (${key})`,
});
/** The messages of those that clash, by label. */
function clashes(...items: ResourceItem[]): Record<string, string> {
  const namesOf = ({ name, key }: ResourceItem) => {
    try {
      return objectNames(name, key, { prefix: "dg_", domain: "contoso.com" });
    } catch (thrown) {
      return Fault.of(thrown);
    }
  };
  return Object.fromEntries(
    [...clashesAmong(items.map((one) => ({ item: one, names: namesOf(one) })))].map(
      ([{ label }, fault]) => [label, `${fault.kind}: ${fault.message}`],
    ),
  );
}

describe("items that conflict with each other", () => {
  it.each<[string, ResourceItem, ResourceItem, string]>([
    ["one key and two names", item("Care", "D-1"), item("Cure", "D-1"), "have the same key"],
    [
      "keys that differ in case only",
      item("Care", "d-1"),
      item("Cure", "D-1"),
      "have the same key",
    ],
    [
      "keys in one code point and in two",
      item("Care", "zo\u00eb"),
      item("Cure", "zoe\u0308"),
      "have the same key",
    ],
    ["one name and two keys", item("Care", "D-1"), item("Care", "D-2"), "result in the same name"],
    [
      "names that differ in case only",
      item("Care", "D-1"),
      item("CARE", "D-2"),
      "result in the same name",
    ],
    [
      "names that differ in marks only",
      item("Café", "D-1"),
      item("Cafe", "D-2"),
      "result in the same name",
    ],
    [
      "names that differ in what a name cannot hold",
      item("Care/Cure", "D-1"),
      item("CareCure", "D-2"),
      "result in the same name",
    ],
    [
      "names that differ behind their 64th character",
      item(`${"x".repeat(70)}a`, "D-1"),
      item(`${"x".repeat(70)}b`, "D-2"),
      "result in the same name",
    ],
    [
      "addresses that differ in punctuation only",
      item("R&D", "D-1"),
      item("RD", "D-2"),
      "result in the same address",
    ],
    [
      "addresses of a dash and a blank",
      item("Care - Cure", "D-1"),
      item("Care Cure", "D-2"),
      "result in the same address",
    ],
    [
      "a key that takes the place of a name",
      item("東京", "Tokyo"),
      item("Tokyo", "D-2"),
      "result in the same name",
    ],
  ])("%s: both are named", (_what, one, other, why) => {
    const message = expect.stringMatching(
      new RegExp(`^invalid: ${`${one.label} and ${other.label} `.replace(/[()]/g, "\\$&")}${why}`),
    ) as string;
    expect(clashes(one, item("Something else"), other)).toEqual({
      [one.label]: message,
      [other.label]: message,
    });
  });

  it("do not include items with other names, nor items that can have none", () => {
    expect(
      clashes(
        item("Care", "D-1"),
        item("Cure", "D-2"),
        item("東京"),
        item("部門"),
        item("Team 東京", "D-3"),
        item("Team 大阪", "D-4"),
      ),
    ).toEqual({});
  });

  it("are named together, but not hundreds of them", () => {
    const many = Array.from({ length: 300 }, (_, index) => item("Care", `D-${index}`));
    const found = clashes(...many);
    expect(Object.keys(found)).toHaveLength(300);
    expect(found['"Care" (D-299)']).toMatch(
      /^invalid: "Care" \(D-0\) and .* and "Care" \(D-7\) and 292 more result in the same name/,
    );
  });
});
