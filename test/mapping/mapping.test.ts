import { afterAll, describe, expect, it } from "vitest";
import type { FieldMapping, MappingAction, MappingField } from "../../lib/generated/types.ts";
import { mapFields } from "../../tools/mapping/mapping.ts";
import { openScripts } from "../../tools/mapping/scripts.ts";

const scripts = openScripts();
afterAll(() => scripts.close());

const person = {
  Name: { NickName: "Noor" },
  Details: { Fte: 0.5, IsManager: true, Nothing: null },
  Lists: ["a", "b"],
};

function field(
  Name: string,
  MappingMode: MappingAction["MappingMode"],
  value: unknown,
  MapForActions: MappingAction["MapForActions"] = ["Update"],
): MappingField {
  const action = { MappingMode, Value: JSON.stringify(value), MapForActions };
  return {
    Name,
    Type: "Text",
    MappingActions: [{ ...action, UsedInNotifications: false, StoreInAccountData: false }],
  };
}

/** A field with the name of its mode. */
function withoutValue(mode: MappingAction["MappingMode"]): MappingField {
  const made = field(mode, mode, null);
  return { ...made, MappingActions: [{ ...made.MappingActions[0], Value: "" }] };
}

const mapped = (...fields: MappingField[]) => {
  const mapping: FieldMapping = { Version: "v1", MappingFields: fields, UniqueFieldNames: [] };
  return mapFields(mapping, "Update", person, { scripts, iteration: 1 });
};

describe("a field mapping", () => {
  it("maps fixed texts, fields of the person and scripts", async () => {
    expect(
      await mapped(
        field("Fixed", "Fixed", "true"),
        field("Field", "Field", "Person.Name.NickName"),
        field("Complex", "Complex", "Person.Name.NickName + Iteration"),
        field("List", "Complex", "Person.Lists"),
      ),
    ).toMatchObject({
      data: { Fixed: "true", Field: "Noor", Complex: "Noor1", List: ["a", "b"] },
      faults: [],
    });
  });

  it("makes text of numbers and booleans, and nothing of what does not exist", async () => {
    expect(
      await mapped(
        field("Number", "Field", "Person.Details.Fte"),
        field("Boolean", "Field", "Person.Details.IsManager"),
        field("Nothing", "Field", "Person.Details.Nothing"),
        field("Unknown", "Field", "Person.Location.Name.First"),
        field("Sum", "Complex", "1 + 1"),
      ),
    ).toMatchObject({
      data: { Number: "0.5", Boolean: "true", Nothing: null, Unknown: null, Sum: "2" },
      faults: [],
    });
  });

  it("passes fields of mode None only in what the platform fills in beforehand", async () => {
    const { data, prefilled } = await mapped(field("Guid", "None", null));
    expect(data).toEqual({});
    expect(prefilled).toEqual({ Guid: null });
  });

  it("has a fault for a mapping without a value, and passes None without one", async () => {
    const { faults, prefilled } = await mapped(
      withoutValue("Field"),
      withoutValue("Fixed"),
      withoutValue("Complex"),
      withoutValue("None"),
    );
    expect(faults.map(({ field: name }) => name)).toEqual(["Field", "Fixed", "Complex"]);
    expect(prefilled["None"]).toBeNull();
  });

  it("leaves out fields of other actions, and nests names with a dot", async () => {
    const { data } = await mapped(
      field("Other", "Fixed", "x", ["Create"]),
      field("Address.Street", "Fixed", "Kade"),
      field("Address.Number", "Fixed", "4"),
    );
    expect(data).toEqual({ Address: { Street: "Kade", Number: "4" } });
  });

  it("reports a field whose value is no text, with the line of its script, and maps the next", async () => {
    expect(
      await mapped(
        field("Broken", "Complex", "var a;\na.b"),
        field("Object", "Field", "Person.Name"),
        field("Fine", "Fixed", "x"),
      ),
    ).toMatchObject({
      data: { Broken: null, Object: null, Fine: "x" },
      faults: [
        { field: "Broken", line: 2, message: "TypeError: cannot read property 'b' of undefined" },
        {
          field: "Object",
          message: 'The value is {"NickName":"Noor"}; expected text or a list of texts.',
        },
      ],
    });
  });
});
