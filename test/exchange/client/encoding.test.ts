import { describe, expect, it } from "vitest";
import { bodyOf, rowOf, textOf, type Parameters } from "../../../lib/exchange/client/encoding.ts";
import { faultOf } from "../scripted.ts";

const sent = (parameters: Parameters): unknown =>
  (JSON.parse(bodyOf("Set-Mailbox", parameters)) as { CmdletInput: { Parameters: unknown } })
    .CmdletInput.Parameters;
const tag = { "@odata.type": "#Exchange.GenericHashTable" };

describe("bodyOf", () => {
  it("wraps cmdlet and parameters", () => {
    expect(JSON.parse(bodyOf("Get-Mailbox", {}))).toEqual({
      CmdletInput: { CmdletName: "Get-Mailbox", Parameters: {} },
    });
  });

  it("keeps plain values, null among them", () => {
    const parameters = {
      Text: "a",
      Flag: false,
      Number: 0,
      Nothing: null,
      List: ["a", "b"],
      Empty: [],
      Blank: "",
    };
    expect(sent(parameters)).toEqual(parameters);
  });

  it("refuses a date that is not one", async () => {
    expect(await faultOf(() => sent({ EndDate: new Date(Number.NaN) }))).toMatchObject({
      kind: "invalid",
      message: "A parameter has an invalid date.",
    });
  });

  it("tags hashtables, at every depth", () => {
    expect(
      sent({ EmailAddresses: { add: ["smtp:a@b.c"], remove: "smtp:d@e.f", deeper: { x: 1 } } }),
    ).toEqual({
      EmailAddresses: {
        ...tag,
        add: ["smtp:a@b.c"],
        remove: "smtp:d@e.f",
        deeper: { ...tag, x: 1 },
      },
    });
  });

  it("tags an array of hashtables beside it, and each of them", () => {
    expect(sent({ Rules: [{ a: 1 }, { b: { c: null } }] })).toEqual({
      Rules: [
        { ...tag, a: 1 },
        { ...tag, b: { ...tag, c: null } },
      ],
      "Rules@odata.type": "#Collection(Exchange.GenericHashTable)",
    });
  });

  it("puts the sibling tag of a nested array inside its hashtable", () => {
    expect(sent({ Outer: { Inner: [{ a: 1 }] } })).toEqual({
      Outer: {
        ...tag,
        Inner: [{ ...tag, a: 1 }],
        "Inner@odata.type": "#Collection(Exchange.GenericHashTable)",
      },
    });
  });

  it("does not tag an array of texts", () => {
    expect(sent({ AccessRights: ["FullAccess"] })).toEqual({ AccessRights: ["FullAccess"] });
  });

  it("sends a date as UTC, sortable and without a zone, in a hashtable too", () => {
    const date = new Date("2026-01-02T03:04:05.678+02:00");
    expect(sent({ StartDate: date, Nested: { date } })).toEqual({
      StartDate: "2026-01-02T01:04:05",
      Nested: { ...tag, date: "2026-01-02T01:04:05" },
    });
  });

  it("refuses an invalid date", async () => {
    expect(
      await faultOf(() => bodyOf("Set-Mailbox", { StartDate: new Date("soon") })),
    ).toMatchObject({ kind: "invalid" });
  });

  it("keeps quotes, line breaks and emoji as they are", () => {
    const text = "O'Brien “Kate”\r\n🦊\u2028 \\";
    expect(sent({ DisplayName: text })).toEqual({ DisplayName: text });
  });

  it.each([
    "Identity",
    "identity",
    "Filter",
    "filter",
    "User",
    "Trustee",
    "Member",
    "Owner",
    "Mailbox",
    "Anr",
  ])("refuses a blank %s before anything is sent", async (name) => {
    for (const blank of ["", "  ", "\u00a0\n", null]) {
      expect(await faultOf(() => bodyOf("Get-Mailbox", { [name]: blank }))).toMatchObject({
        kind: "invalid",
        message: expect.stringContaining(`blank ${name}`) as string,
      });
    }
  });

  it("refuses an undefined Identity, which JSON would drop silently", async () => {
    const parameters = { Identity: undefined } as unknown as Parameters;
    expect(await faultOf(() => bodyOf("Get-Mailbox", parameters))).toMatchObject({
      kind: "invalid",
    });
  });

  it("lets a property be emptied", () => {
    expect(sent({ Identity: "x", CustomAttribute1: "", MailTip: null })).toEqual({
      Identity: "x",
      CustomAttribute1: "",
      MailTip: null,
    });
  });
});

describe("rowOf", () => {
  it("takes no properties from a member that is called like a prototype", () => {
    const row = rowOf(JSON.parse('{"A":1,"__proto__":{"Guid":"x"}}') as Record<string, unknown>);
    expect([row["A"], row["Guid"]]).toEqual([1, undefined]);
  });

  it("drops the annotations of the protocol", () => {
    expect(
      rowOf({
        "@odata.type": "x",
        Guid: "g",
        "Guid@data.type": "System.Guid",
        EmailAddresses: ["a"],
        "EmailAddresses@odata.type": "y",
      }),
    ).toEqual({ Guid: "g", EmailAddresses: ["a"] });
  });

  it("distinguishes null from a missing property", () => {
    expect(Object.keys(rowOf({ A: null }))).toEqual(["A"]);
  });
});

it("textOf returns texts only", () => {
  expect([textOf("a"), textOf(null), textOf(undefined), textOf(1), textOf(["a"])]).toEqual([
    "a",
    "",
    "",
    "",
    "",
  ]);
});
