import { describe, expect, it } from "vitest";
import { contactValueFrom, hasContactValue, shownContact } from "../../lib/graph/contactMethod.ts";

describe("a value that a user has", () => {
  it.each([
    ["mobile", "+31 612345678", "+31 612345678", true],
    ["mobile", "+31 (6) 1234-5678", "+31 612345678", true],
    ["mobile", "+31 612345678", "+31 612345679", false],
    ["mobile", "+31 XXXXXX5678", "+31 612345678", true],
    ["office", "•••••••78", "+31 612345678", true],
    ["office", "*******79", "+31 612345678", false],
    ["email", "Anna@Contoso.com", "anna@contoso.com", true],
    ["email", "anna@contoso.com", "ann@contoso.com", false],
  ] as const)("%s %s is %s: %s", (kind, value, wanted, isSame) => {
    expect(hasContactValue({ kind, value }, wanted)).toBe(isSame);
  });

  it("is none when there is no method", () => {
    expect(hasContactValue(undefined, "")).toBe(false);
  });
});

it("messages have no more of a value than tells two apart", () => {
  expect(shownContact({ kind: "email", value: "anna@contoso.com" })).toBe("a...@contoso.com");
  expect(shownContact({ kind: "mobile", value: "+31 612345678" })).toBe("...678");
});

it.each([
  ["anna@contoso.com", "anna@contoso.com"],
  ["anna@contoso", undefined],
  ["anna bakker@contoso.com", undefined],
  ["@contoso.com", undefined],
])("an e-mail address: %s", async (text, value) => {
  expect(await contactValueFrom("email", text, undefined)).toBe(value);
});
