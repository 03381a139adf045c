import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allOf,
  anyOf,
  contains,
  differs,
  endsWith,
  equals,
  headersOf,
  isAdvanced,
  not,
  queryTextOf,
  type Query,
} from "../../../lib/graph/client/odata.ts";
import { faultOf } from "../scripted.ts";

const select = ["displayName"];

describe("a condition", () => {
  it("doubles the quotes of a value", () => {
    expect(equals("displayName", "Ann O'Brien").text).toBe("displayName eq 'Ann O''Brien'");
    expect(contains("proxyAddresses", "smtp:o'b@contoso.com").text).toBe(
      "proxyAddresses/any(one:one eq 'smtp:o''b@contoso.com')",
    );
  });

  it("never lets a value become part of it, and survives the address", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((text) => text.trim() !== ""),
        (value) => {
          const query = queryTextOf({ select, filter: equals("displayName", value) });
          const filter = new URLSearchParams(query.replaceAll("+", "%2B")).get("$filter");
          const literal = /^displayName eq '((?:[^']|'')*)'$/s.exec(filter ?? "")?.[1];
          expect(literal?.replaceAll("''", "'")).toBe(value);
        },
      ),
    );
  });

  it("leaves truth and null unquoted", () => {
    expect([
      equals("mailEnabled", false).text,
      differs("onPremisesSyncEnabled", true).text,
      equals("mail", null).text,
    ]).toEqual(["mailEnabled eq false", "onPremisesSyncEnabled ne true", "mail eq null"]);
  });

  it("joins others in brackets", () => {
    const [one, other] = [equals("a", true), equals("b", false)] as const;
    expect(allOf(one, anyOf(one, other)).text).toBe(
      "(a eq true) and ((a eq true) or (b eq false))",
    );
    expect(not(one).text).toBe("not(a eq true)");
  });

  it.each(["", " ", "\t"])("with the blank value %j is refused", async (value) => {
    expect((await faultOf(() => equals("mail", value))).message).toContain("mail");
  });

  it.each(["", "a b", "a eq 'x' or b", "a/b/c", "$filter", "a'"])(
    "on the property %j is refused",
    async (property) => {
      expect((await faultOf(() => equals(property, "x"))).kind).toBe("invalid");
    },
  );
});

describe("a query", () => {
  it.each<[string, Omit<Query, "select">, boolean]>([
    ["without a condition", {}, false],
    ["for an employee ID", { filter: equals("employeeId", "1") }, false],
    ["for an address", { filter: contains("proxyAddresses", "smtp:a@b") }, false],
    ["for a company", { filter: equals("companyName", "Contoso") }, true],
    [
      "for an extension attribute",
      { filter: equals("onPremisesExtensionAttributes/extensionAttribute1", "x") },
      true,
    ],
    ["for null", { filter: equals("mail", null) }, true],
    ["with ne", { filter: differs("mail", "x") }, true],
    ["with not", { filter: not(equals("mail", "x")) }, true],
    ["with endsWith", { filter: endsWith("mail", "@contoso.com") }, true],
    ["with one advanced part", { filter: allOf(equals("mail", "x"), differs("city", "y")) }, true],
    [
      "with alternatives that are not",
      { filter: anyOf(equals("mail", "x"), equals("city", "y")) },
      false,
    ],
    ["that searches", { search: "displayName:Ann" }, true],
    ["that sorts", { orderBy: "displayName" }, false],
    [
      "that sorts what a filter finds",
      { filter: equals("mail", "x"), orderBy: "displayName" },
      true,
    ],
  ])("%s is advanced or not, with both of its signs", (_name, own, expected) => {
    const query = { select, ...own };
    expect(isAdvanced(query)).toBe(expected);
    expect(headersOf(query)).toEqual(expected ? { consistencylevel: "eventual" } : {});
    expect(queryTextOf(query).includes("$count=true")).toBe(expected);
  });

  it("encodes every value, and always reads the ID", () => {
    expect(
      queryTextOf({
        select: ["id", "mail"],
        filter: equals("mail", "a+b&c#d%e@f"),
        orderBy: "mail",
        top: 999,
      }),
    ).toBe(
      "$select=id%2Cmail&$filter=mail%20eq%20'a%2Bb%26c%23d%25e%40f'&$orderby=mail&$top=999&$count=true",
    );
    expect(queryTextOf({ select: [], search: 'a "b" \\' })).toContain(
      `$search=${encodeURIComponent('"a \\"b\\" \\\\"')}`,
    );
  });

  it("refuses a property that cannot be one", async () => {
    expect((await faultOf(() => queryTextOf({ select: ["a&b"] }))).kind).toBe("invalid");
  });
});
