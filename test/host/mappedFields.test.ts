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

  it("has the members of an object where they were, and only those that are mapped", () => {
    const fields = new MappedFields({ Name: { First: "x", Nick: null }, alias: "a" });
    expect(fields.filledFrom({ name: "Zoë", Alias: "b" })).toEqual({
      Name: { First: "x", Nick: null },
      alias: "b",
    });
    const account = { name: { first: "Zoë", nick: "Z", last: "O" } };
    expect(fields.filledFrom(account)).toEqual({ Name: { First: "Zoë", Nick: "Z" }, alias: "a" });
    expect(fields.valuesOf({})).toEqual({ Name: { First: null, Nick: null }, alias: null });
  });
});

describe("a field in an object", () => {
  const fields = new MappedFields({ Name: { First: "x", Nick: " " } });

  it("has a name with a dot", () => {
    expect(fields.names).toEqual(["Name.First", "Name.Nick"]);
    expect(fields.get("name.first")).toBe("x");
  });

  it("has a default, which has its place in the object", () => {
    const extended = fields
      .withDefault("name.first", "y")
      .withDefault("name.nick", "z")
      .withDefault("Name.Last", "w");
    expect(extended.entries).toEqual([
      ["Name.First", "x"],
      ["Name.Nick", "z"],
      ["Name.Last", "w"],
    ]);
    expect(extended.filledFrom({})).toEqual({ Name: { First: "x", Nick: "z", Last: "w" } });
    expect(fields.names).toEqual(["Name.First", "Name.Nick"]);
  });
});
