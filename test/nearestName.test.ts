import { expect, it } from "vitest";
import { nearestName } from "../lib/nearestName.ts";
import { expectQuick } from "./cpu.ts";

const names = ["HiddenFromAddressListsEnabled", "CustomAttribute1"];

it.each([
  ["hiddenfromaddresslistenabled", "HiddenFromAddressListsEnabled"],
  ["Custom Attribute1", "CustomAttribute1"],
  ["Colour", undefined],
])("the name most similar to %s is %s", (text, expected) => {
  expect(nearestName(text, names)).toBe(expected);
});

it("a text longer than any name is not compared", () => {
  const long = "a".repeat(2_000_000);
  expect(nearestName(long, names)).toBeUndefined();
  expect(nearestName(`${names[0]}${"x".repeat(64)}`, names)).toBeUndefined();
  expectQuick(() => nearestName(long, names), 100);
});
