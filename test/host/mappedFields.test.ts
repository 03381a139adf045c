import { describe, expect, it } from "vitest";
import { MappedFields } from "../../lib/host/mappedFields.ts";

describe("mapped fields", () => {
  it("are found in any casing and keep the spelling of the mapping", () => {
    const fields = new MappedFields({ emailAddresses: ["a"], CustomAttribute1: "x" });
    expect(fields.get("EMAILADDRESSES")).toEqual(["a"]);
    expect(fields.names).toEqual(["emailAddresses", "CustomAttribute1"]);
  });

  it("distinguish a field that is not mapped from one without a value", () => {
    const fields = new MappedFields({ Alias: null });
    expect(fields.get("alias")).toBeNull();
    expect(fields.get("Guid")).toBeUndefined();
  });

  it("take a value from the later source and the spelling from the first", () => {
    const fields = new MappedFields({ alias: "old", Guid: null }, null, undefined, {
      ALIAS: "new",
    });
    expect(fields.filledFrom({})).toEqual({ alias: "new", Guid: null });
  });

  it("can be one more, without a value", () => {
    expect(
      new MappedFields({ Alias: "a" })
        .withDefault("CustomAttribute1", null)
        .filledFrom({ customattribute1: "E1" }),
    ).toEqual({ Alias: "a", CustomAttribute1: "E1" });
  });

  it.each(["__proto__", "constructor", "toString"])("may be called %s", (name) => {
    const fields = new MappedFields(JSON.parse(`{"${name}":"x"}`) as Record<string, unknown>);
    expect(fields.get(name)).toBe("x");
    expect(Object.entries(fields.filledFrom({}))).toEqual([[name, "x"]]);
    expect(new MappedFields({}).get(name)).toBeUndefined();
    expect(Object.entries(new MappedFields({}).withDefault(name, null).filledFrom({}))).toEqual([
      [name, null],
    ]);
  });
});

describe("a field with a default", () => {
  it.each<[unknown, unknown]>([
    ["mapped", "mapped"],
    [false, false],
    ["", "default"],
    [null, "default"],
    [undefined, "default"],
  ])("mapped with %j is %j", (mapped, expected) => {
    expect(new MappedFields({ hidden: mapped }).withDefault("Hidden", "default").entries).toEqual([
      ["hidden", expected],
    ]);
  });
});

describe("the account's previous data", () => {
  it("has the same field names, and none of the mapped values", () => {
    expect(
      new MappedFields({ alias: "mapped", missing: "mapped" }).valuesOf({
        Alias: "found",
        Other: 1,
      }),
    ).toEqual({ alias: "found", missing: null });
  });
});

describe("the data of an answer", () => {
  it("has the account's values under the names of the mapping, and no others", () => {
    const fields = new MappedFields({ alias: "mapped", guid: null, missing: "kept" });
    expect(fields.filledFrom({ Alias: "found", Guid: "g", Unmapped: 1 })).toEqual({
      alias: "found",
      guid: "g",
      missing: "kept",
    });
  });

  it("takes over what the account has, also when that is nothing, false or zero", () => {
    expect(
      new MappedFields({ a: "x", b: "x", c: "x", d: "x" }).filledFrom({
        a: null,
        b: false,
        c: 0,
        d: "",
      }),
    ).toEqual({ a: null, b: false, c: 0, d: "" });
  });

  it("never has a list or an object in a text field", () => {
    expect(
      new MappedFields({ EmailAddresses: "one", Languages: null, Owner: "o" }).filledFrom({
        EmailAddresses: ["a", "b"],
        Languages: ["nl"],
        Owner: { Name: "x" },
      }),
    ).toEqual({ EmailAddresses: "one", Languages: null, Owner: "o" });
  });

  it("has a list in a list field", () => {
    expect(
      new MappedFields({ EmailAddresses: ["one"] }).filledFrom({ EmailAddresses: ["a", "b"] }),
    ).toEqual({ EmailAddresses: ["a", "b"] });
  });

  it("leaves the fields whose names have a dot as they came", () => {
    expect(
      new MappedFields({ Name: { First: "x", Nick: null }, alias: "a" }).filledFrom({
        name: "Zoë",
        Alias: "b",
      }),
    ).toEqual({ Name: { First: "x", Nick: null }, alias: "b" });
  });
});
