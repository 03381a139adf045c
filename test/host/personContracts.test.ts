import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { valuesInScope } from "../../lib/host/personContracts.ts";

const contract = (value: unknown, InConditions: unknown = true): unknown => ({
  Context: { InConditions },
  Department: { ExternalId: value },
  CostCenter: value,
});
const valuesOf = (
  Contracts: unknown,
  { field = "Department.ExternalId", all = false, isPreview = false } = {},
): { values: string[]; blank: number } => valuesInScope({ Contracts }, { field, all, isPreview });
const faultOf = (person: unknown): Fault => {
  try {
    throw new Error(
      JSON.stringify(
        valuesInScope(person as Record<string, unknown>, {
          field: "X",
          all: false,
          isPreview: false,
        }),
      ),
    );
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
};

describe("the values of the contracts in scope", () => {
  it.each<[string, unknown, string[], number]>([
    ["none", [], [], 0],
    ["one contract instead of a list", contract("A"), ["A"], 0],
    ["one out of scope instead of a list", contract("A", false), [], 0],
    [
      "some of them out of scope",
      [contract("A"), contract("B", false), contract("D")],
      ["A", "D"],
      0,
    ],
    [
      "conditions as text",
      [contract("A", "True"), contract("B", "false"), contract("C", "TRUE"), contract("D", "yes")],
      ["A", "C"],
      0,
    ],
    ["conditions as a number", [contract("A", 1)], [], 0],
    ["the same value twice", [contract("A"), contract(" A ")], ["A"], 0],
    ["values that differ in case", [contract("a"), contract("A")], ["a", "A"], 0],
    ["numbers", [contract(1200), contract(0)], ["1200", "0"], 0],
    ["blank values", [contract(""), contract(" "), contract(null), contract("A")], ["A"], 3],
    ["values that are no text", [contract({ x: 1 }), contract(["A"]), contract(true)], [], 3],
    ["blank values out of scope", [contract("", false)], [], 0],
    ["no such field", [{ Context: { InConditions: true } }], [], 1],
    [
      "a step of the field that is no object",
      [{ Context: { InConditions: true }, Department: "A" }],
      [],
      1,
    ],
  ])("of %s", (_name, contracts, values, blank) => {
    expect(valuesOf(contracts)).toEqual({ values, blank });
  });

  it("are those of a field on the contract itself, or at any depth", () => {
    expect(valuesOf([contract("A")], { field: "CostCenter" }).values).toEqual(["A"]);
    expect(
      valuesOf([{ Context: { InConditions: true }, A: { B: { C: "x" } } }], { field: "A.B.C" })
        .values,
    ).toEqual(["x"]);
  });

  it("are found by names in any case", () => {
    expect(
      valuesInScope(
        { contracts: [{ context: { inconditions: true }, department: { EXTERNALID: "A" } }] },
        { field: "DEPARTMENT.externalId", all: false, isPreview: false },
      ).values,
    ).toEqual(["A"]);
  });

  it("are those of all contracts when all are wanted", () => {
    expect(
      valuesOf([contract("A", false), contract("B"), contract("", false)], { all: true }),
    ).toEqual({ values: ["A", "B"], blank: 1 });
  });

  it.each<[string, unknown[]]>([
    ["no context", [{ Department: { ExternalId: "A" } }]],
    ["no word of its conditions", [contract("A"), contract("B", null)]],
  ])("are unknown for a contract of %s, unless all contracts count", (_name, contracts) => {
    expect(faultOf({ Contracts: contracts })).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining("Context.InConditions") as string,
    });
    expect(valuesOf(contracts, { all: true }).values).toContain("A");
    expect(valuesOf(contracts, { isPreview: true }).values).toEqual(
      contracts.length === 2 ? ["A"] : [],
    );
  });

  it.each<[string, unknown]>([
    ["no person", undefined],
    ["a person that is null", null],
    ["no contracts", {}],
    ["contracts that are null", { Contracts: null }],
  ])("are unknown for %s", (_name, person) => {
    expect(faultOf(person)).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining("has no contracts") as string,
    });
  });

  // PowerShell writes what lies too deep as text. "Nothing in scope" would have everything taken away.
  it.each<[string, unknown]>([
    ["a text", "@{Context=; Department=}"],
    ["a blank text", ""],
    ["a list of texts", ["@{Context=; Department=}"]],
    [
      "a contract whose context is a text",
      [{ Context: "@{InConditions=True}", Department: { ExternalId: "A" } }],
    ],
  ])("are unknown for contracts that are %s", (_name, Contracts) => {
    expect(faultOf({ Contracts })).toMatchObject({ kind: "invalid" });
  });
});
