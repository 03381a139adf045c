import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "./emulator.ts";
import { seedState } from "./seed.ts";
import type { Behaviour } from "./state.ts";
import { refusal, TestClient } from "./testClient.ts";

let emulator: Emulator;
let client: TestClient;

function start(behaviour: Partial<Behaviour> = {}): void {
  const state = seedState();
  Object.assign(state.behaviour, behaviour);
  emulator = createEmulator({ state, clock: () => Date.parse("2026-06-01T12:00:00Z") });
  client = new TestClient(emulator);
}

beforeEach(() => start());

type Row = Record<string, unknown>;
const rows = async (cmdlet: string, parameters: Row = {}): Promise<Row[]> => (await client.invoke(cmdlet, parameters)).json.value;
const one = async (identity: string): Promise<Row> => (await rows("Get-Mailbox", { Identity: identity }))[0] ?? {};
const types = (list: Row[]): string[] => [...new Set(list.map((row) => String(row["RecipientTypeDetails"])))].sort();

describe("an identity", () => {
  it.each([
    "0b1ec700-0000-4000-8000-000000000016", "0B1EC700-0000-4000-8000-000000000016", "e47ad000-0000-4000-8000-000000000016", "ec4b0000-0000-4000-8000-000000000016",
    "mia.maiden@contoso.com", "mia.married@contoso.com", "mia.married@contoso.onmicrosoft.com", "mia.married", "Mia Married", "MIA MARRIED",
    "CN=Mia Married,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",
    "$0B1EC7-000000000016",
  ])("%s finds its mailbox", async (identity) => {
    expect((await one(identity))["Alias"]).toBe("mia.married");
  });

  it("in the form of a distinguished name escapes what it must", async () => {
    const sam = await one("Comma, Sam");
    expect(sam["DistinguishedName"]).toMatch(/^CN=Comma\\, Sam,OU=contoso/);
    expect((await one(String(sam["DistinguishedName"])))["Guid"]).toBe(sam["Guid"]);
  });

  it("follows a change", async () => {
    await one("sales");
    await client.invoke("Set-Mailbox", { Identity: "sales", Alias: "verkoop" });
    expect((await one("verkoop"))["Name"]).toBe("Sales");
    expect((await client.invoke("Get-Mailbox", { Identity: "nobody" })).status).toBe(404);
  });

  it.each(["", null])("of %j is every mailbox there is", async (identity) => {
    expect((await rows("Get-Mailbox", { Identity: identity, ResultSize: "Unlimited" })).length).toBeGreaterThan(190);
  });

  it.each([
    [{}, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException|The operation couldn't be performed because 'Jan de Vries' matches multiple entries."],
    [{ ambiguity: "labelledNotFound" }, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed because 'Jan de Vries' matches multiple entries."],
    [{ ambiguity: "multipleRecipients" }, "Microsoft.Exchange.Management.Tasks.RecipientTaskException|There are multiple recipients matching identity \"Jan de Vries\". Please specify a unique value."],
  ] as [Partial<Behaviour>, string][])("that two people share is ambiguous (%j)", async (behaviour, text) => {
    start(behaviour);
    expect(refusal(await client.invoke("Get-Mailbox", { Identity: "Jan de Vries" }))).toBe(text);
    expect(refusal(await client.invoke("Set-Mailbox", { Identity: "Jan de Vries", MailTip: "x" }))).toBe(text);
  });

  it("that two people share can also return both, when so switched", async () => {
    start({ ambiguousRead: "returnAll" });
    expect(await rows("Get-Mailbox", { Identity: "Jan de Vries" })).toHaveLength(2);
  });
});

describe("what is listed", () => {
  it("Get-Mailbox: every type but groups, and nothing deleted", async () => {
    const list = await rows("Get-Mailbox", { ResultSize: "Unlimited" });
    expect(types(list)).toEqual(["DiscoveryMailbox", "EquipmentMailbox", "LegacyMailbox", "LinkedMailbox", "LinkedRoomMailbox", "RoomMailbox", "SchedulingMailbox", "SharedMailbox", "TeamMailbox", "UserMailbox"]);
    expect(list.filter(({ Alias }) => Alias === "rita.rehired")).toHaveLength(1);
    expect(types(await rows("Get-Mailbox", { RecipientTypeDetails: ["RoomMailbox", "GroupMailbox"] }))).toEqual(["GroupMailbox", "RoomMailbox"]);
    expect(types(await rows("Get-Mailbox", { GroupMailbox: true }))).toEqual(["GroupMailbox"]);
  });

  it("Get-Mailbox: the deleted and the inactive only to their switches", async () => {
    const names = async (parameters: Row): Promise<unknown[]> => (await rows("Get-Mailbox", parameters)).map(({ DisplayName }) => DisplayName);
    expect((await client.invoke("Get-Mailbox", { Identity: "gone.gerda" })).status).toBe(404);
    expect(await names({ SoftDeletedMailbox: true })).toEqual(["Rita Rehired", "Gone Gerda", "Inactive Ike"]);
    expect(await names({ InactiveMailboxOnly: true })).toEqual(["Inactive Ike"]);
    expect(await names({ IncludeInactiveMailbox: true, Identity: "inactive.ike" })).toEqual(["Inactive Ike"]);
  });

  it("Get-Recipient: groups and contacts too, Microsoft 365 groups only when asked, users without a mailbox never", async () => {
    const list = types(await rows("Get-Recipient", { ResultSize: "Unlimited" }));
    expect(list).toEqual(expect.arrayContaining(["UserMailbox", "MailUser", "GuestMailUser", "MailContact", "MailUniversalDistributionGroup", "DynamicDistributionGroup"]));
    expect(list).not.toContain("GroupMailbox");
    expect(list).not.toContain("User");
    expect(types(await rows("Get-Recipient", { RecipientTypeDetails: "GroupMailbox" }))).toEqual(["GroupMailbox"]);
    expect(types(await rows("Get-Recipient", { RecipientType: "MailContact" }))).toEqual(["MailContact"]);
    expect(await rows("Get-Recipient", { Identity: "gone.gerda", IncludeSoftDeletedRecipients: true })).toHaveLength(1);
    expect((await client.invoke("Get-Recipient", { IncludeSoftDeletedRecipients: true })).status).toBe(400);
  });

  it("Get-User: people with and without a mailbox, also through a filter", async () => {
    const list = types(await rows("Get-User", { ResultSize: "Unlimited" }));
    expect(list).toEqual(expect.arrayContaining(["User", "UserMailbox", "GuestMailUser"]));
    expect(list).not.toContain("MailContact");
    const [nina] = await rows("Get-User", { Filter: "UserPrincipalName -eq 'nina.newcomer@contoso.com'" });
    expect(nina).toMatchObject({ RecipientType: "User", RecipientTypeDetails: "User", FirstName: "Nina" });
    expect(nina).not.toHaveProperty("EmailAddresses");
    expect((await client.invoke("Get-User", { Identity: "gone.gerda" })).status).toBe(404);
    expect((await client.invoke("Get-Mailbox", { Identity: "nina.newcomer@contoso.com" })).status).toBe(404);
  });

  it("is sorted when asked", async () => {
    const names = (await rows("Get-Mailbox", { RecipientTypeDetails: ["SharedMailbox"], SortBy: "DisplayName" })).map(({ DisplayName }) => DisplayName);
    expect(names.slice(0, 3)).toEqual(["Alumni", "Archive 2019", "Finance desk"]);
  });

  it.each([["Name", "Anna Bakker"], ["DisplayName", "Anna Bakker"], ["Guid", "0b1ec700-0000-4000-8000-00000000001f"]] as const)("shows references as %s when so switched", async (referencesShownAs, shown) => {
    start({ referencesShownAs });
    expect((await one("sales"))["GrantSendOnBehalfTo"]).toContain(shown);
  });
});

describe("Set-Mailbox", () => {
  const set = (identity: string, parameters: Row) => client.invoke("Set-Mailbox", { Identity: identity, ...parameters });

  it("writes what it is given, returns nothing, and moves WhenChanged", async () => {
    const answer = await set("sales", { HiddenFromAddressListsEnabled: true, CustomAttribute3: "kassa 3", LitigationHoldDuration: 365, ForwardingSmtpAddress: "away@fabrikam.com" });
    expect([answer.status, answer.json.value, answer.json["@adminapi.warnings"]]).toEqual([200, [], undefined]);
    expect(await one("sales")).toMatchObject({ HiddenFromAddressListsEnabled: true, CustomAttribute3: "kassa 3", LitigationHoldDuration: "365.00:00:00", ForwardingSmtpAddress: "smtp:away@fabrikam.com", WhenChanged: "2026-06-01T12:00:00+00:00" });
  });

  it("says so when nothing changed", async () => {
    const answer = await set("sales", { HiddenFromAddressListsEnabled: false, CustomAttribute1: null });
    expect(answer.status).toBe(200);
    expect(answer.json["@adminapi.warnings"]).toEqual([expect.stringMatching(/^The command completed successfully but no settings of 'CN=Sales,OU=.+' have been modified\.$/)]);
  });

  it("adds to and removes from lists, replaces them, and clears them", async () => {
    const delta = { "@odata.type": "#Exchange.GenericHashTable" };
    await set("sales", { ExtensionCustomAttribute1: ["a", "b"] });
    await set("sales", { ExtensionCustomAttribute1: { ...delta, add: ["c", "A"], remove: "b" } });
    expect((await one("sales"))["ExtensionCustomAttribute1"]).toEqual(["a", "c"]);
    await set("sales", { ExtensionCustomAttribute1: null });
    expect((await one("sales"))["ExtensionCustomAttribute1"]).toEqual([]);
  });

  it("converts the type of a mailbox", async () => {
    await set("jan.devries", { Type: "Shared" });
    expect(await one("jan.devries")).toMatchObject({ RecipientTypeDetails: "SharedMailbox", IsShared: true });
  });

  it("leaves to the directory on premises what is mastered there", async () => {
    const answer = await set("dirk.synced", { LitigationHoldEnabled: true, HiddenFromAddressListsEnabled: true });
    expect(answer.status).toBe(400);
    expect(refusal(answer)).toContain("out of the current user's write scope. The action 'Set-Mailbox', 'HiddenFromAddressListsEnabled', can't be performed on the object 'Dirk Synced'");
    expect((await one("dirk.synced"))["LitigationHoldEnabled"]).toBe(false);
    expect((await set("dirk.synced", { LitigationHoldEnabled: true })).status).toBe(200);
    expect((await set("clara.cloudmanaged", { HiddenFromAddressListsEnabled: true })).status).toBe(200);
    expect((await set("clara.cloudmanaged", { DisplayName: "Claire" })).status).toBe(400);
  });

  it("puts a hold only on a licensed mailbox, and dates it", async () => {
    expect(refusal(await set("kees.kiosk", { LitigationHoldEnabled: true }))).toContain("license doesn't permit you to put a litigation hold");
    await set("jan.devries", { LitigationHoldEnabled: true });
    expect((await one("jan.devries"))["LitigationHoldDate"]).toBe("2026-06-01T12:00:00.000Z");
  });

  it("refuses an alias with a space, and an empty display name", async () => {
    expect(refusal(await set("sales", { Alias: "sa les" }))).toContain("Alias");
    expect(refusal(await set("sales", { DisplayName: " " }))).toContain("cannot be empty");
  });

  it("never ignores what it does not do yet", async () => {
    const add = { "@odata.type": "#Exchange.GenericHashTable", add: ["smtp:extra@contoso.com"] };
    for (const parameters of [{ EmailAddresses: add }, { WhatIf: true }, { Type: "Desk" }]) {
      const answer = await set("sales", parameters);
      expect([answer.status, answer.json.error.code]).toEqual([501, "NotImplementedInEmulator"]);
    }
  });
});
