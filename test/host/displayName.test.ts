import { describe, expect, it } from "vitest";
import { maxNameLength, shownName } from "../../lib/host/displayName.ts";

const family = "👨‍👩‍👧‍👦";

describe("a name for the platform", () => {
  it.each<[string, string | undefined]>([
    ["Jan", "Jan"],
    ["  Jan de Vries\t", "Jan de Vries"],
    ["", undefined],
    [" \n ", undefined],
    ["x".repeat(100), "x".repeat(100)],
    ["x".repeat(101), "x".repeat(100)],
    [` ${"x".repeat(100)} `, "x".repeat(100)],
    // Cut after a word, it does not end in a space.
    [`${"x".repeat(99)} y`, "x".repeat(99)],
    [`${"x".repeat(99)}😀`, "x".repeat(99)],
    [`${"x".repeat(98)}😀y`, `${"x".repeat(98)}😀`],
    [`${"x".repeat(99)}e\u0301`, "x".repeat(99)],
    [`${"x".repeat(95)}${family}`, "x".repeat(95)],
    [`${"x".repeat(89)}${family}y`, `${"x".repeat(89)}${family}`],
    [`${"x".repeat(99)}\r\nyz`, "x".repeat(99)],
    [`e${"\u0301".repeat(100)}`, undefined],
  ])("%j: %j", (text, expected) => {
    expect(shownName(text)).toBe(expected);
    expect((expected ?? "").length).toBeLessThanOrEqual(maxNameLength);
  });

  it("can be cut shorter", () => {
    expect(shownName("x".repeat(90), 83)).toBe("x".repeat(83));
    expect(shownName("x".repeat(83), 83)).toBe("x".repeat(83));
  });
});
