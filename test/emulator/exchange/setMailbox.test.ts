import { beforeEach, describe, expect, it } from "vitest";
import type { Emulator } from "../emulator.ts";
import type { Behaviour } from "../state.ts";
import { refusal, type Reply, seededClient, type TestClient } from "../testClient.ts";

type Row = Record<string, unknown>;

let emulator: Emulator;
let client: TestClient;

function start(behaviour: Partial<Behaviour> = {}): void {
  client = seededClient(behaviour);
  ({ emulator } = client);
}

beforeEach(() => start());

const set = (identity: string, parameters: Row): Promise<Reply> =>
  client.invoke("Set-Mailbox", { Identity: identity, ...parameters });
const one = async (identity: string, parameters: Row = {}): Promise<Row> =>
  (await client.invoke("Get-Mailbox", { Identity: identity, ...parameters })).json.value[0] ?? {};
const delta = (changes: Row): Row => ({ "@odata.type": "#Exchange.GenericHashTable", ...changes });
/** What the property reads as after the change, which must succeed. */
async function after(identity: string, parameters: Row, property: string): Promise<unknown> {
  const answer = await set(identity, parameters);
  expect([answer.status, answer.status === 200 ? "" : refusal(answer)]).toEqual([200, ""]);
  return (await one(identity))[property];
}
const nothingModified = [
  expect.stringMatching(
    /^The command completed successfully but no settings of 'CN=.+,OU=.+' have been modified\.$/,
  ),
];

describe("Set-Mailbox", () => {
  it("writes its parameters, returns nothing, and updates WhenChanged", async () => {
    const answer = await set("sales", {
      HiddenFromAddressListsEnabled: true,
      CustomAttribute3: "kassa 3",
      LitigationHoldDuration: 365,
      ForwardingSmtpAddress: "away@fabrikam.com",
    });
    expect([answer.status, answer.json.value, answer.json["@adminapi.warnings"]]).toEqual([
      200,
      [],
      undefined,
    ]);
    expect(await one("sales")).toMatchObject({
      HiddenFromAddressListsEnabled: true,
      CustomAttribute3: "kassa 3",
      LitigationHoldDuration: "365.00:00:00",
      ForwardingSmtpAddress: "smtp:away@fabrikam.com",
      WhenChanged: "2026-06-01T12:00:00+00:00",
    });
  });

  it("warns when nothing changed", async () => {
    const answer = await set("sales", {
      HiddenFromAddressListsEnabled: false,
      CustomAttribute1: null,
    });
    expect(answer.status).toBe(200);
    expect(answer.json["@adminapi.warnings"]).toEqual(nothingModified);
  });

  it("adds to and removes from lists, replaces them, and clears them", async () => {
    await set("sales", { ExtensionCustomAttribute1: ["a", "b"] });
    await set("sales", { ExtensionCustomAttribute1: delta({ add: ["c", "A"], remove: "b" }) });
    expect((await one("sales"))["ExtensionCustomAttribute1"]).toEqual(["a", "c"]);
    await set("sales", { ExtensionCustomAttribute1: null });
    expect((await one("sales"))["ExtensionCustomAttribute1"]).toEqual([]);
  });

  it("converts the type of a mailbox", async () => {
    await set("jan.devries", { Type: "Shared" });
    expect(await one("jan.devries")).toMatchObject({
      RecipientTypeDetails: "SharedMailbox",
      IsShared: true,
    });
  });

  it("refuses what is mastered on premises", async () => {
    const answer = await set("dirk.synced", {
      LitigationHoldEnabled: true,
      HiddenFromAddressListsEnabled: true,
    });
    expect(answer.status).toBe(400);
    expect(refusal(answer)).toContain(
      "out of the current user's write scope. The action 'Set-Mailbox', " +
        "'HiddenFromAddressListsEnabled', can't be performed on the object 'Dirk Synced'",
    );
    expect((await one("dirk.synced"))["LitigationHoldEnabled"]).toBe(false);
    expect((await set("dirk.synced", { LitigationHoldEnabled: true })).status).toBe(200);
    expect((await set("clara.cloudmanaged", { HiddenFromAddressListsEnabled: true })).status).toBe(
      200,
    );
    expect((await set("clara.cloudmanaged", { DisplayName: "Claire" })).status).toBe(400);
  });

  it("puts a hold only on a licensed mailbox, and dates it", async () => {
    expect(refusal(await set("kees.kiosk", { LitigationHoldEnabled: true }))).toContain(
      "license doesn't permit you to put a litigation hold",
    );
    await set("jan.devries", { LitigationHoldEnabled: true });
    expect((await one("jan.devries"))["LitigationHoldDate"]).toBe("2026-06-01T12:00:00Z");
  });

  it("refuses an alias with a space, and an empty display name", async () => {
    expect(refusal(await set("sales", { Alias: "sa les" }))).toContain("Alias");
    expect(refusal(await set("sales", { DisplayName: " " }))).toContain("cannot be empty");
  });

  it("never ignores a parameter that it does not implement", async () => {
    for (const parameters of [
      { SharingPolicy: "Leavers" },
      { WhatIf: true },
      { Type: "Desk" },
      { MicrosoftOnlineServicesID: "new@contoso.com" },
    ]) {
      const answer = await set("sales", parameters);
      expect([answer.status, answer.json.error.code]).toEqual([501, "NotImplementedInEmulator"]);
    }
  });
});

describe("a setting", () => {
  it.each([
    // A number without a unit is a number of bytes (documented).
    ["ProhibitSendQuota", "50", "50 B (50 bytes)"],
    ["ProhibitSendQuota", 50, "50 B (50 bytes)"],
    ["ProhibitSendQuota", "20GB", "20 GB (21,474,836,480 bytes)"],
    ["IssueWarningQuota", "49.5 GB (53,150,220,288 bytes)", "49.5 GB (53,150,220,288 bytes)"],
    ["MaxSendSize", 3402, "3.322 KB (3,402 bytes)"],
    ["MaxReceiveSize", "3400001", "3.242 MB (3,400,001 bytes)"],
    ["MaxReceiveSize", "Unlimited", "Unlimited"],
    ["RecipientLimits", "1000", "1000"],
    ["RetainDeletedItemsFor", "30.00:00:00", "30.00:00:00"],
    ["AuditLogAgeLimit", "12:30:00", "12:30:00"],
    ["LitigationHoldDuration", 365, "365.00:00:00"],
    ["LitigationHoldDuration", "Unlimited", "Unlimited"],
    ["StartDateForRetentionHold", "2026-07-01T06:00:00", "2026-07-01T06:00:00Z"],
    ["EndDateForRetentionHold", "2026-07-01T06:00:00+02:00", "2026-07-01T04:00:00Z"],
    ["ResourceCapacity", 12, 12],
    ["MailTip", "Not read", "<html>\n<body>\nNot read\n</body>\n</html>\n"],
    ["Office", "Nijmegen", "Nijmegen"],
    ["SendModerationNotifications", "never", "Never"],
    ["ResourceCustom", ["Beamer"], ["Beamer"]],
  ])("%s of %j reads back as %j", async (name, given, read) => {
    expect(await after("sales", { [name]: given }, name)).toEqual(read);
    expect((await set("sales", { [name]: read })).json["@adminapi.warnings"]).toEqual(
      nothingModified,
    );
  });

  it.each([
    [{ ProhibitSendQuota: "51GB" }, "ProhibitSendQuota can't be greater"],
    [{ ProhibitSendReceiveQuota: "3TB" }, "ProhibitSendReceiveQuota is not between"],
    [{ ProhibitSendReceiveQuota: "10GB" }, "IssueWarningQuota can't be greater"],
    [{ RecipientLimits: "1001" }, "allowed range of 1 to 1000"],
    [{ RecipientLimits: "Unlimited" }, "can't be Unlimited"],
    [{ RetainDeletedItemsFor: "31.00:00:00" }, "RetainDeletedItemsFor is not between"],
    [{ RetainDeletedItemsFor: "a month" }, "EnhancedTimeSpan"],
    [{ RulesQuota: "1MB" }, "RulesQuota is not between"],
    [{ StartDateForRetentionHold: "7/1/2026 08:00" }, "System.DateTime"],
    [{ SimpleDisplayName: "Zoë" }, "SimpleDisplayName"],
    [{ ModerationEnabled: true }, "ModeratedBy can't be empty"],
    [{ ExtensionCustomAttribute1: Array.from({ length: 1301 }, String) }, "more than 1300 values"],
    [{ Name: "Info" }, "ADObjectAlreadyExistsException|The object 'Info' already exists."],
    [{ Name: "x".repeat(65) }, "maximum length is 64"],
    [
      { Alias: "Jan.deVries" },
      'The value "Jan.deVries" of property "Alias" is used by another recipient object.',
    ],
  ])("%j is refused", async (parameters, text) => {
    const answer = await set("sales", parameters);
    expect([answer.status, refusal(answer)]).toEqual([400, expect.stringContaining(text)]);
  });

  it("may have the name of a deleted object, but not of an existing one", async () => {
    expect((await set("sales", { Name: "Gone Gerda", Alias: "gone.gerda" })).status).toBe(200);
    expect((await set("sales@contoso.com", { Name: "SALES", Alias: "SALES" })).status).toBe(200);
    expect((await set("sales", { Name: "aoife obrien" })).status).toBe(200);
    expect((await set("info", { Name: "AOIFE OBRIEN" })).status).toBe(400);
  });
});

describe("recipients", () => {
  it("are accepted in any form, read back by name, and changed one by one", async () => {
    expect(
      await after(
        "info",
        {
          GrantSendOnBehalfTo: ["dora.double@contoso.com", "0b1ec700-0000-4000-8000-000000000018"],
        },
        "GrantSendOnBehalfTo",
      ),
    ).toEqual(["Dora Double", "Doug Double"]);
    expect(
      await after(
        "info",
        { GrantSendOnBehalfTo: delta({ Add: "Finance rights", Remove: ["doug.double"] }) },
        "GrantSendOnBehalfTo",
      ),
    ).toEqual(["Dora Double", "Finance rights"]);
    expect(await after("info", { GrantSendOnBehalfTo: [] }, "GrantSendOnBehalfTo")).toEqual([]);
    expect(
      await after("info", { ForwardingAddress: "cor@fabrikam.com" }, "ForwardingAddress"),
    ).toBe("Cor Contact");
    expect(await after("info", { ForwardingAddress: null }, "ForwardingAddress")).toBeNull();
  });

  it("of two kinds go to separate properties", async () => {
    await after(
      "info",
      { AcceptMessagesOnlyFromSendersOrMembers: ["dora.double", "salesteam"] },
      "Name",
    );
    expect(await one("info")).toMatchObject({
      AcceptMessagesOnlyFrom: ["Dora Double"],
      AcceptMessagesOnlyFromDLMembers: ["Sales team"],
      AcceptMessagesOnlyFromSendersOrMembers: ["Dora Double", "Sales team"],
    });
    await after("info", { ModeratedBy: ["dora.double"], ModerationEnabled: true }, "Name");
    expect(await one("info")).toMatchObject({
      ModerationEnabled: true,
      ModeratedBy: ["Dora Double"],
    });
  });

  it.each([
    [
      { GrantSendOnBehalfTo: ["nobody"] },
      404,
      "ManagementObjectNotFoundException|The operation couldn't be performed because object 'nobody'",
    ],
    [
      { GrantSendOnBehalfTo: ["dora.double", "Dora Double"] },
      400,
      'contains the following duplicated recipient identity: "Dora Double"',
    ],
    [{ GrantSendOnBehalfTo: ["salesteam"] }, 400, "wrong type"],
    [{ GrantSendOnBehalfTo: ["gone.gerda"] }, 404, "gone.gerda"],
    [{ ForwardingAddress: "nina.newcomer@contoso.com" }, 404, "nina.newcomer"],
    [{ AcceptMessagesOnlyFrom: ["salesteam"] }, 400, "wrong type"],
  ])("are refused: %j", async (parameters, status, text) => {
    const answer = await set("info", parameters);
    expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
  });
});

describe("a conversion", () => {
  it.each([
    ["Shared", "SharedMailbox", true, false],
    ["Room", "RoomMailbox", false, true],
    ["Equipment", "EquipmentMailbox", false, true],
    ["Regular", "UserMailbox", false, false],
  ])("to %s equals one to %s", async (Type, RecipientTypeDetails, IsShared, IsResource) => {
    expect((await set("lena.left", { Type })).status).toBe(200);
    expect(await one("lena.left")).toMatchObject({
      RecipientTypeDetails,
      IsShared,
      IsResource,
      RecipientType: "UserMailbox",
    });
  });

  it("can take a while, unlike other settings", async () => {
    start({ typeLagMs: 60_000 });
    const answer = await set("leo.leaver", { Type: "Shared", CustomAttribute5: "left" });
    expect([answer.status, answer.json["@adminapi.warnings"]]).toEqual([200, undefined]);
    expect(await one("leo.leaver")).toMatchObject({
      RecipientTypeDetails: "UserMailbox",
      IsShared: false,
      CustomAttribute5: "left",
    });
    expect(
      (await set("dora.double", { Type: "Shared" })).json["@adminapi.warnings"],
    ).toBeUndefined();
    emulator.advance(59_999);
    expect(await one("leo.leaver")).toMatchObject({ RecipientTypeDetails: "UserMailbox" });
    emulator.advance(1);
    expect(await one("leo.leaver")).toMatchObject({
      RecipientTypeDetails: "SharedMailbox",
      IsShared: true,
    });
    expect((await set("leo.leaver", { Type: "Shared" })).json["@adminapi.warnings"]).toEqual(
      nothingModified,
    );
  });

  it("of a synchronised mailbox is accepted, although its addresses are not", async () => {
    expect(await after("dirk.synced", { Type: "Shared" }, "IsShared")).toBe(true);
    for (const parameters of [
      { EmailAddresses: delta({ add: "smtp:d@contoso.com" }) },
      { GrantSendOnBehalfTo: ["sales"] },
      { MailTip: "x" },
    ]) {
      expect(refusal(await set("dirk.synced", parameters))).toContain(
        `'${Object.keys(parameters)[0]}', can't be performed on the object 'Dirk Synced'`,
      );
    }
    expect(
      (await set("clara.cloudmanaged", { EmailAddresses: delta({ add: "smtp:c@contoso.com" }) }))
        .status,
    ).toBe(200);
  });
});

describe("an inactive mailbox", () => {
  const hold = { LitigationHoldDuration: 30 };
  const needsSwitch = [
    "If you want to change LitigationHoldEnabled and LitigationHoldDuration on an inactive " +
      "mailbox, please add the InactiveMailbox switch.",
  ];

  it("accepts holds only with its switch, and nothing else", async () => {
    const without = await set("inactive.ike", hold);
    expect([without.status, without.json["@adminapi.warnings"]]).toEqual([200, needsSwitch]);
    expect(
      (await set("sales", { ...hold, InactiveMailbox: true })).json["@adminapi.warnings"],
    ).toEqual(needsSwitch);
    expect((await one("sales"))["LitigationHoldDuration"]).toBe("Unlimited");
    expect(
      (await set("inactive.ike", { ...hold, InactiveMailbox: true })).json["@adminapi.warnings"],
    ).toBeUndefined();
    expect(await one("inactive.ike", { InactiveMailboxOnly: true })).toMatchObject({
      LitigationHoldDuration: "30.00:00:00",
      IsInactiveMailbox: true,
    });
    expect((await set("inactive.ike", { CustomAttribute2: "x" })).status).toBe(404);
    expect(
      refusal(await set("inactive.ike", { CustomAttribute2: "x", InactiveMailbox: true })),
    ).toContain("Only LitigationHoldEnabled");
  });

  it("is deleted with its last hold", async () => {
    await set("inactive.ike", { LitigationHoldEnabled: false, InactiveMailbox: true });
    expect(
      (await client.invoke("Get-Mailbox", { Identity: "inactive.ike", InactiveMailboxOnly: true }))
        .status,
    ).toBe(404);
    expect(await one("inactive.ike", { SoftDeletedMailbox: true })).toMatchObject({
      IsInactiveMailbox: false,
      LitigationHoldEnabled: false,
    });
  });
});
