import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { entriesIn } from "../../lib/host/sourceData.ts";

const read = (source: readonly unknown[], keyField = "ExternalId", nameField = "DisplayName") => {
  const { entries, leftOut } = entriesIn(source, { keyField, nameField });
  return {
    entries: entries.map((entry) =>
      entry instanceof Fault
        ? `${entry.kind}: ${entry.message}`
        : [entry.key, entry.name, entry.label],
    ),
    leftOut,
  };
};

describe("the source data", () => {
  it.each<[string, unknown, unknown]>([
    ["an object", { ExternalId: "D-1", DisplayName: "Care" }, ["D-1", "Care", '"Care" (D-1)']],
    [
      "with names in any casing",
      { externalid: " D-1 ", DISPLAYNAME: " Care " },
      ["D-1", "Care", '"Care" (D-1)'],
    ],
    [
      "with a number for a key",
      { ExternalId: 17, DisplayName: "Care" },
      ["17", "Care", '"Care" (17)'],
    ],
    ["with the key 0", { ExternalId: 0, DisplayName: "Care" }, ["0", "Care", '"Care" (0)']],
    ["a plain text", " Care ", ["Care", "Care", '"Care"']],
    ["a number", 42, ["42", "42", '"42"']],
    ["true", true, ["true", "true", '"true"']],
    [
      "without a key",
      { DisplayName: "Care" },
      'invalid: Entry 1 of the source data ("Care") has no ExternalId, so nothing identifies it.',
    ],
    [
      "without a name",
      { ExternalId: "D-1", DisplayName: null },
      'invalid: Entry 1 of the source data ("D-1") has no DisplayName, so it has no name.',
    ],
    [
      "with an object for a key",
      { ExternalId: {}, DisplayName: "Care" },
      "invalid: Entry 1 of the source data has no plain value as ExternalId.",
    ],
    [
      "with a list for a name",
      { ExternalId: "D-1", DisplayName: ["Care"] },
      'invalid: Entry 1 of the source data ("D-1") has no plain value as DisplayName.',
    ],
    [
      "a list",
      ["Care"],
      "invalid: Entry 1 of the source data is a list; expected an object or a plain value.",
    ],
  ])("is read: %s", (_what, value, expected) => {
    expect(read([value])).toEqual({ entries: [expected], leftOut: 0 });
  });

  it.each([[null], [""], ["  "], [{}], [{ ExternalId: "", DisplayName: null }]])(
    "leaves out entries without content: %j",
    (value) => {
      expect(read([value, "x"])).toEqual({ entries: [["x", "x", '"x"']], leftOut: 1 });
    },
  );

  it("is read from other fields, also nested ones", () => {
    const value = { Department: { Code: "C1" }, "Title.Name": "Nurse" };
    expect(read([value], "department.code", "Title.Name").entries).toEqual([
      ["C1", "Nurse", '"Nurse" (C1)'],
    ]);
  });

  it("leaves out exact duplicates only", () => {
    const care = { ExternalId: "D-1", DisplayName: "Care" };
    expect(
      read([
        care,
        { ...care, Extra: 1 },
        { ...care, DisplayName: "care" },
        { ...care, ExternalId: "d-1" },
      ]),
    ).toMatchObject({
      entries: [
        ["D-1", "Care", expect.anything()],
        ["D-1", "care", expect.anything()],
        ["d-1", "Care", expect.anything()],
      ],
      leftOut: 1,
    });
  });

  it("counts its entries from one, including ignored ones", () => {
    expect(read([null, { DisplayName: "Care" }]).entries).toEqual([
      expect.stringContaining("Entry 2 of"),
    ]);
  });
});
