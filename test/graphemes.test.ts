import { expect, it } from "vitest";
import { quoted, shortened } from "../lib/graphemes.ts";
import { expectQuick } from "./cpu.ts";

it.each([
  ["a text", '"a text"'],
  ["", '""'],
  ["two\r\nlines", '"two\\u{d}\\u{a}lines"'],
  ["a\u00a0b\u200bc\ud800", '"a\\u{a0}b\\u{200b}c\\u{d800}"'],
  ["naïve 🦊", '"naïve 🦊"'],
  ["x".repeat(100), `"${"x".repeat(100)}"`],
  ["x".repeat(101), `"${"x".repeat(100)}..."`],
])("quotes %j as %s", (value, expected) => {
  expect(quoted(value)).toBe(expected);
});

it("looks only at the beginning of a long text", () => {
  const long = "x".repeat(2_000_000);
  expect(shortened(long, 1_000)).toBe("x".repeat(1_000));
  expectQuick(() => shortened(long, 1_000), 100);
});

it("does not cut a character in two", () => {
  expect(shortened("abe\u0301", 3)).toBe("ab");
  expect(shortened("🦊🦊", 3)).toBe("🦊");
  expect(quoted(`${"x".repeat(99)}🦊`)).toBe(`"${"x".repeat(99)}..."`);
});
