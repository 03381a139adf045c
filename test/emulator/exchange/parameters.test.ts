import { describe, expect, it } from "vitest";
import { bind } from "./parameters.ts";

const tag = { "@odata.type": "#Exchange.GenericHashTable" };
const mailbox = (parameters: Record<string, unknown>) => () =>
  bind("Set-Mailbox", { Identity: "x", ...parameters });

describe("binding", () => {
  it("changes parameters and enumerated values to their documented spelling", () => {
    expect(bind("set-mailbox", { identity: "x", TYPE: "shared" })).toEqual({
      Identity: "x",
      Type: "Shared",
    });
  });

  it("accepts lists, single items of lists, and tagged changes of lists", () => {
    expect(mailbox({ ExtensionCustomAttribute1: ["a", "b"] })()).toMatchObject({
      ExtensionCustomAttribute1: ["a", "b"],
    });
    expect(mailbox({ ExtensionCustomAttribute1: "a" })()).toMatchObject({
      ExtensionCustomAttribute1: ["a"],
    });
    expect(mailbox({ GrantSendOnBehalfTo: { ...tag, Add: "a", remove: ["b"] } })()).toMatchObject({
      GrantSendOnBehalfTo: { add: ["a"], remove: ["b"] },
    });
  });

  it("accepts null where the property can be cleared, and ignores common parameters", () => {
    expect(
      mailbox({
        ForwardingAddress: null,
        CustomAttribute1: null,
        WarningAction: "SilentlyContinue",
      })(),
    ).toEqual({ Identity: "x", ForwardingAddress: null, CustomAttribute1: null });
    expect(bind("Get-Mailbox", { Identity: null })).toEqual({ Identity: null });
  });

  it("reads dates as UTC on every machine", () => {
    const zone = process.env["TZ"];
    process.env["TZ"] = "Asia/Tokyo";
    const read = [
      "2026-07-01T06:00:00",
      "2026-07-01",
      "2026-07-01T06:00:00.5Z",
      "2026-07-01T06:00+02:00",
    ].map((date) => mailbox({ LitigationHoldDate: date })()["LitigationHoldDate"]);
    process.env["TZ"] = zone ?? "UTC";
    expect(read).toEqual([
      "2026-07-01T06:00:00Z",
      "2026-07-01T00:00:00Z",
      "2026-07-01T06:00:00Z",
      "2026-07-01T04:00:00Z",
    ]);
  });

  it.each([
    [
      "an unknown name",
      { Hidden: true },
      "A parameter cannot be found that matches parameter name 'Hidden'.",
    ],
    ["a name given twice", { identity: "y" }, "more than once"],
    ["text for a boolean", { HiddenFromAddressListsEnabled: "True" }, "System.Boolean"],
    ["a number for text", { CustomAttribute1: 100777 }, "System.String"],
    ["a number in a list", { ExtensionCustomAttribute1: [1] }, "System.String"],
    ["text for a number", { ResourceCapacity: "8" }, "System.Int32"],
    ["a list for one value", { Alias: ["a"] }, "System.Object[]"],
    ["a value outside an enumeration", { Type: "Shard" }, "Equipment, Regular, Room, Shared"],
    ["text that is too long", { Alias: "a".repeat(65) }, "maximum length is 64"],
    ["a number out of range", { RecipientLimits: 1001 }, "allowed range of 1 to 1000"],
    ["something that is no size", { IssueWarningQuota: "plenty" }, "Unlimited"],
    ["a date that is none", { LitigationHoldDate: "soon" }, "System.DateTime"],
    [
      "an object without its type tag",
      { GrantSendOnBehalfTo: { add: ["a"] } },
      "Newtonsoft.Json.Linq.JObject",
    ],
    [
      "a change of a list that cannot be changed",
      { AcceptMessagesOnlyFromSendersOrMembers: { ...tag, add: ["a"] } },
      "System.Collections.Hashtable",
    ],
    [
      "another key than add and remove",
      { GrantSendOnBehalfTo: { ...tag, plus: ["a"] } },
      "'plus' is not valid",
    ],
    ["null for a boolean", { HiddenFromAddressListsEnabled: null }, "argument is null"],
    ["null for an enumeration", { Type: null }, "argument is null"],
    [
      "parameters that exclude each other",
      { AcceptMessagesOnlyFrom: ["a"], AcceptMessagesOnlyFromSendersOrMembers: ["b"] },
      "Parameter set cannot be resolved",
    ],
    [
      "parameters of different sets",
      { ExcludeFromAllOrgHolds: true, RemoveDelayHoldApplied: true },
      "Parameter set cannot be resolved",
    ],
    ["a null identity", { Identity: null }, "argument is null"],
    ["an empty identity", { Identity: "" }, "null or empty"],
  ])("refuses %s", (_, parameters, text) => {
    expect(mailbox(parameters)).toThrow(text);
  });

  it("requires the parameters of one usable parameter set", () => {
    expect(() => bind("Set-Mailbox", { Alias: "x" })).toThrow(
      "missing mandatory parameters: Identity.",
    );
    expect(() =>
      bind("Add-MailboxPermission", { Identity: "x", AccessRights: ["FullAccess"] }),
    ).toThrow("missing mandatory parameters: User.");
    expect(bind("Add-MailboxPermission", { Identity: "x", Owner: "y" })).toEqual({
      Identity: "x",
      Owner: "y",
    });
  });

  it("refuses a type tag without its parameter", () => {
    expect(
      mailbox({ "EmailAddresses@odata.type": "#Collection(Exchange.GenericHashTable)" }),
    ).toThrow("cannot be found");
  });
});
