import { describe, expect, it } from "vitest";
import { propertiesAmong, userValuesFrom, type Field } from "../../lib/graph/userFields.ts";
import { masteredAs } from "../../lib/graph/userProperties.ts";
import { faultOf } from "./scripted.ts";

describe("the values of mapped fields", () => {
  it.each<[string, Field[], unknown]>([
    ["texts", [["jobtitle", " Nurse "]], { jobTitle: "Nurse" }],
    ["true and false", [["accountEnabled", "FALSE"]], { accountEnabled: false }],
    ["a number as text", [["employeeId", 1001]], { employeeId: "1001" }],
    ["nothing, which clears", [["jobTitle", ""]], { jobTitle: null }],
    ["nothing where there must be something", [["displayName", null]], {}],
    ["a list", [["otherMails", "a@x.nl; b@x.nl"]], { otherMails: ["a@x.nl", "b@x.nl"] }],
    ["an empty list", [["businessPhones", []]], { businessPhones: [] }],
    ["a date", [["employeeHireDate", "2026-03-31"]], { employeeHireDate: "2026-03-31T00:00:00Z" }],
    [
      "parts of an object",
      [
        ["employeeOrgData.Division", "North"],
        ["employeeOrgData.costCenter", ""],
      ],
      { employeeOrgData: { division: "North", costCenter: null } },
    ],
  ])("are %s", (_what, fields, values) => {
    expect(userValuesFrom(fields)).toEqual(values);
  });

  it.each<[string, Field, string]>([
    ["no property", ["jobTitel", "x"], "the most similar name is jobTitle"],
    ["one that can only be read", ["proxyAddresses", "x"], "can only be read (mapping mode None)"],
    ["an object as one field", ["employeeOrgData", "x"], "expected employeeOrgData.division"],
    ["a part that there is not", ["employeeOrgData.shoe", "x"], "employeeOrgData.shoe is mapped"],
    ["a part of a text", ["jobTitle.x", "x"], "jobTitle.x is mapped; expected jobTitle."],
    ["neither true nor false", ["accountEnabled", "yes"], 'accountEnabled yields "yes"'],
    ["two telephones", ["businessPhones", ["1", "2"]], "one telephone number at most"],
    ["no date", ["employeeHireDate", "soon"], 'employeeHireDate yields "soon"'],
    ["the name of a country", ["usageLocation", "Netherlands"], "a country code of two letters"],
    ["too long a text", ["employeeId", "12345678901234567"], "16 characters at most"],
    ["a list for a text", ["jobTitle", ["x"]], "The mapping of jobTitle yields a list"],
  ])("are refused by name: %s", async (_what, field, message) => {
    const fault = await faultOf(() => userValuesFrom([["city", "x"], field]));
    expect(fault.kind).toBe("invalid");
    expect(fault.message).toContain(message);
  });

  it("are all judged at once", async () => {
    const { message } = await faultOf(() =>
      userValuesFrom([
        ["shoe", "x"],
        ["accountEnabled", "x"],
      ]),
    );
    expect(message).toMatch(/shoe is mapped.*accountEnabled yields/);
  });
});

it("the properties to read are those that users have, each once, in Microsoft's spelling", () => {
  const fields = [
    "JOBTITLE",
    "employeeOrgData.division",
    "employeeOrgData.costCenter",
    "shoe",
    "ID",
  ];
  expect(propertiesAmong(fields)).toEqual(["jobTitle", "employeeOrgData", "id"]);
});

it("Active Directory masters most properties of a synchronised user", () => {
  expect([masteredAs("jobTitle"), masteredAs("usageLocation")]).toEqual(["title", undefined]);
});
