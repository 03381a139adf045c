import { describe, expect, it } from "vitest";
import { quoted } from "../../../lib/graphemes.ts";
import { matchesExactly, equals } from "../../../lib/exchange/client/opath.ts";
import { faultOf } from "../scripted.ts";

describe("equals", () => {
  it.each([
    ["O'Brien", "Name -eq 'O''Brien'"],
    ["''", "Name -eq ''''''"],
    ["x' -or Guid -ne 'y", "Name -eq 'x'' -or Guid -ne ''y'"],
    ['a`$(b)"c', "Name -eq 'a`$(b)\"c'"],
    // Only U+0027 is documented to need doubling; these go as they are, and rows are compared afterwards in any case.
    ["O\u2019Brien \u2018x", "Name -eq 'O\u2019Brien \u2018x'"],
    ["two\r\nlines", "Name -eq 'two\r\nlines'"],
    ["🦊", "Name -eq '🦊'"],
  ])("%j", (value, filter) => {
    expect(equals("Name", value)).toBe(filter);
  });

  it("keeps a long value complete", () => {
    expect(equals("Name", "'".repeat(1000))).toHaveLength("Name -eq ''".length + 2000);
  });

  it.each(["", " ", "\t\n", "\u00a0"])("refuses the blank value %j", async (value) => {
    expect(await faultOf(() => equals("Name", value))).toMatchObject({ kind: "invalid" });
  });

  it.each([
    "",
    "Name -ne 'x' -or Name",
    "Name'",
    "Näme",
    "1Name",
    "Name\n",
    "Custom Attribute1",
    "$true",
  ])("refuses the property name %j", async (property) => {
    const fault = await faultOf(() => equals(property, "x"));
    expect(fault.kind).toBe("invalid");
    expect(fault.message).toContain(`the property name ${quoted(property)}; expected`);
  });
});

describe("matchesExactly", () => {
  const carried = (found: unknown, value: string): boolean =>
    matchesExactly({ Property: found }, "Property", value, "this row");

  it("ignores case, and how a letter is composed", () => {
    expect(carried("José", "JOSE\u0301")).toBe(true);
  });

  it("distinguishes José from Jose", () => {
    expect(carried("José", "Jose")).toBe(false);
  });

  it("finds an address in a list with or without its prefix", () => {
    const addresses = [
      "SMTP:Jan@contoso.com",
      "smtp:j@contoso.com",
      "SIP:sip@contoso.com",
      "X500:/o=x",
    ];
    expect(
      ["jan@contoso.com", "J@contoso.com", "smtp:jan@contoso.com", "sip:sip@contoso.com"].map(
        (value) => carried(addresses, value),
      ),
    ).toEqual([true, true, true, true]);
    expect(
      ["sip@contoso.com", "/o=x", "an@contoso.com"].map((value) => carried(addresses, value)),
    ).toEqual([false, false, false]);
  });

  it("does not mistake another colon for a prefix", () => {
    expect(carried(["dept:42"], "42")).toBe(false);
  });

  it.each([null, 42, true, {}, ""])("%j contains no text", (found) => {
    expect(carried(found, "42")).toBe(false);
  });

  it("a property that did not come back is a fault, not a difference", async () => {
    expect(await faultOf(() => matchesExactly({}, "Alias", "x", "mailbox X"))).toMatchObject({
      kind: "unexpected",
      message:
        "Exchange Online did not return Alias of mailbox X, so it is unknown whether it is " +
        "the requested one.",
    });
  });
});
