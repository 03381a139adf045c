import { beforeEach, describe, expect, it } from "vitest";
import type { Behaviour } from "../state.ts";
import { refusal, seededClient, type TestClient } from "../testClient.ts";

let client: TestClient;

function start(behaviour: Partial<Behaviour> = {}): void {
  client = seededClient(behaviour);
}

beforeEach(() => start());

type Row = Record<string, unknown>;
const rows = async (cmdlet: string, parameters: Row = {}): Promise<Row[]> =>
  (await client.invoke(cmdlet, parameters)).json.value;
const one = async (identity: string): Promise<Row> =>
  (await rows("Get-Mailbox", { Identity: identity }))[0] ?? {};
const types = (list: Row[]): string[] =>
  [...new Set(list.map((row) => String(row["RecipientTypeDetails"])))].sort();

describe("an identity", () => {
  it.each([
    "0b1ec700-0000-4000-8000-000000000016",
    "0B1EC700-0000-4000-8000-000000000016",
    "e47ad000-0000-4000-8000-000000000016",
    "ec4b0000-0000-4000-8000-000000000016",
    "mia.maiden@contoso.com",
    "mia.married@contoso.com",
    "mia.married@contoso.onmicrosoft.com",
    "mia.married",
    "Mia Married",
    "MIA MARRIED",
    "CN=Mia Married,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted " +
      "Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",
    "$0B1EC7-000000000016",
  ])("%s finds its mailbox", async (identity) => {
    expect((await one(identity))["Alias"]).toBe("mia.married");
  });

  it("in the form of a distinguished name escapes special characters", async () => {
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

  it.each(["", null])("of %j means every mailbox", async (identity) => {
    expect(
      (await rows("Get-Mailbox", { Identity: identity, ResultSize: "Unlimited" })).length,
    ).toBeGreaterThan(190);
  });

  it.each([
    [
      {},
      "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException|The operation " +
        "couldn't be performed because 'Jan de Vries' matches multiple entries.",
    ],
    [
      { ambiguity: "labelledNotFound" },
      "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation " +
        "couldn't be performed because 'Jan de Vries' matches multiple entries.",
    ],
    [
      { ambiguity: "multipleRecipients" },
      "Microsoft.Exchange.Management.Tasks.RecipientTaskException|There are multiple recipients " +
        'matching identity "Jan de Vries". Please specify a unique value.',
    ],
  ] as [Partial<Behaviour>, string][])(
    "that two people share is ambiguous (%j)",
    async (behaviour, text) => {
      start({ displayNameIdentity: "likeName", ...behaviour });
      expect(refusal(await client.invoke("Get-Mailbox", { Identity: "Jan de Vries" }))).toBe(text);
      expect(
        refusal(await client.invoke("Set-Mailbox", { Identity: "Jan de Vries", MailTip: "x" })),
      ).toBe(text);
    },
  );

  it("that two people share can return both, when the state says so", async () => {
    start({ displayNameIdentity: "likeName", ambiguousRead: "returnAll" });
    expect(await rows("Get-Mailbox", { Identity: "Jan de Vries" })).toHaveLength(2);
  });

  it.each([
    ["Get-MailboxPermission", { Identity: "Jan de Vries" }],
    ["Get-MailboxFolderPermission", { Identity: "Jan de Vries:\\Calendar" }],
    ["Set-Mailbox", { Identity: "info", GrantSendOnBehalfTo: ["Jan de Vries"] }],
    ["Add-DistributionGroupMember", { Identity: "salesteam", Member: "Jan de Vries" }],
    [
      "Add-MailboxPermission",
      { Identity: "press", User: "Jan de Vries", AccessRights: ["FullAccess"] },
    ],
  ])("that two people share is ambiguous for %s %j", async (cmdlet, parameters) => {
    start({ displayNameIdentity: "likeName" });
    const answer = await client.invoke(cmdlet, parameters);
    expect([answer.status, refusal(answer)]).toEqual([
      400,
      expect.stringContaining("'Jan de Vries' matches multiple entries"),
    ]);
  });

  it.each([
    ["fallback", "Jan de Vries", ["jan.devries"]],
    ["fallback", "王伟", ["wei.wang"]],
    ["never", "Jan de Vries", ["jan.devries"]],
    ["never", "王伟", []],
    ["likeName", "王伟", ["wei.wang"]],
  ] as const)("with display names as %s, %s finds %j", async (displayNameIdentity, name, found) => {
    start({ displayNameIdentity });
    const answer = await client.invoke("Get-Mailbox", { Identity: name });
    const shown = answer.status === 404 ? [] : answer.json.value.map(({ Alias }) => Alias);
    expect(shown).toEqual(found);
  });
});

describe("a list", () => {
  it("of Get-Mailbox has every type except groups, and nothing deleted", async () => {
    const list = await rows("Get-Mailbox", { ResultSize: "Unlimited" });
    expect(types(list)).toEqual([
      "DiscoveryMailbox",
      "EquipmentMailbox",
      "LegacyMailbox",
      "LinkedMailbox",
      "LinkedRoomMailbox",
      "RoomMailbox",
      "SchedulingMailbox",
      "SharedMailbox",
      "TeamMailbox",
      "UserMailbox",
    ]);
    expect(list.filter(({ Alias }) => Alias === "rita.rehired")).toHaveLength(1);
    expect(
      types(await rows("Get-Mailbox", { RecipientTypeDetails: ["RoomMailbox", "GroupMailbox"] })),
    ).toEqual(["GroupMailbox", "RoomMailbox"]);
    expect(types(await rows("Get-Mailbox", { GroupMailbox: true }))).toEqual(["GroupMailbox"]);
  });

  it("of Get-Mailbox has deleted and inactive mailboxes only with their switches", async () => {
    const names = async (parameters: Row): Promise<unknown[]> =>
      (await rows("Get-Mailbox", parameters)).map(({ DisplayName }) => DisplayName);
    expect((await client.invoke("Get-Mailbox", { Identity: "gone.gerda" })).status).toBe(404);
    expect(await names({ SoftDeletedMailbox: true })).toEqual([
      "Rita Rehired",
      "Gone Gerda",
      "Inactive Ike",
      "Otto Once",
    ]);
    expect(await names({ InactiveMailboxOnly: true })).toEqual(["Inactive Ike"]);
    expect(await names({ IncludeInactiveMailbox: true, Identity: "inactive.ike" })).toEqual([
      "Inactive Ike",
    ]);
  });

  it("of Get-Recipient has groups and contacts, Microsoft 365 groups on request, no unlicensed users", async () => {
    const list = types(await rows("Get-Recipient", { ResultSize: "Unlimited" }));
    expect(list).toEqual(
      expect.arrayContaining([
        "UserMailbox",
        "MailUser",
        "GuestMailUser",
        "MailContact",
        "MailUniversalDistributionGroup",
        "DynamicDistributionGroup",
      ]),
    );
    expect(list).not.toContain("GroupMailbox");
    expect(list).not.toContain("User");
    expect(types(await rows("Get-Recipient", { RecipientTypeDetails: "GroupMailbox" }))).toEqual([
      "GroupMailbox",
    ]);
    expect(types(await rows("Get-Recipient", { RecipientType: "MailContact" }))).toEqual([
      "MailContact",
    ]);
    expect(
      await rows("Get-Recipient", { Identity: "gone.gerda", IncludeSoftDeletedRecipients: true }),
    ).toHaveLength(1);
    expect(
      (await client.invoke("Get-Recipient", { IncludeSoftDeletedRecipients: true })).status,
    ).toBe(400);
  });

  it("of Get-User has people with and without a mailbox, also through a filter", async () => {
    const list = types(await rows("Get-User", { ResultSize: "Unlimited" }));
    expect(list).toEqual(expect.arrayContaining(["User", "UserMailbox", "GuestMailUser"]));
    expect(list).not.toContain("MailContact");
    const [nina] = await rows("Get-User", {
      Filter: "UserPrincipalName -eq 'nina.newcomer@contoso.com'",
    });
    expect(nina).toMatchObject({
      RecipientType: "User",
      RecipientTypeDetails: "User",
      FirstName: "Nina",
    });
    expect(nina).not.toHaveProperty("EmailAddresses");
    expect((await client.invoke("Get-User", { Identity: "gone.gerda" })).status).toBe(404);
    expect(
      (await client.invoke("Get-Mailbox", { Identity: "nina.newcomer@contoso.com" })).status,
    ).toBe(404);
  });

  it("is sorted on request", async () => {
    const names = (
      await rows("Get-Mailbox", { RecipientTypeDetails: ["SharedMailbox"], SortBy: "DisplayName" })
    ).map(({ DisplayName }) => DisplayName);
    expect(names.slice(0, 3)).toEqual(["Alumni", "Archive 2019", "Finance desk"]);
  });

  it.each([
    ["Name", "Anna Bakker"],
    ["DisplayName", "Anna Bakker"],
    ["Guid", "0b1ec700-0000-4000-8000-00000000001f"],
  ] as const)("shows references as %s when the state says so", async (referencesShownAs, shown) => {
    start({ referencesShownAs });
    expect((await one("sales"))["GrantSendOnBehalfTo"]).toContain(shown);
  });
});
