import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../emulator.ts";
import { manyGroups, seedState } from "../seed.ts";
import type { Behaviour, State } from "../state.ts";
import { linkOf, refusal, TestClient, type Reply } from "../testClient.ts";

type Row = Record<string, unknown>;

let emulator: Emulator;
let client: TestClient;

function start(
  behaviour: Partial<Behaviour> = {},
  state: State = seedState(),
  roles: Partial<State["apps"][number]> = {},
): void {
  Object.assign(state.behaviour, behaviour);
  Object.assign(state.apps[0] ?? {}, roles);
  emulator = createEmulator({ state, clock: () => Date.parse("2026-06-01T12:00:00Z") });
  client = new TestClient(emulator);
}

beforeEach(() => start());

const rows = async (cmdlet: string, parameters: Row): Promise<Row[]> =>
  (await client.invoke(cmdlet, parameters)).json.value;
const names = (list: Row[]): unknown[] => list.map(({ Name }) => Name);
const members = async (group: string): Promise<unknown[]> =>
  names(await rows("Get-DistributionGroupMember", { Identity: group }));
const add = (group: string, member: string, more: Row = {}): Promise<Reply> =>
  client.invoke("Add-DistributionGroupMember", { Identity: group, Member: member, ...more });
const remove = (group: string, member: string, more: Row = {}): Promise<Reply> =>
  client.invoke("Remove-DistributionGroupMember", { Identity: group, Member: member, ...more });
const bypass = { BypassSecurityGroupManagerCheck: true };
const dn = async (identity: string): Promise<string> =>
  String((await rows("Get-Recipient", { Identity: identity }))[0]?.["DistinguishedName"]);

describe("Get-DistributionGroup", () => {
  it("lists groups and room lists, and neither dynamic nor Microsoft 365 groups", async () => {
    expect(names(await rows("Get-DistributionGroup", { SortBy: "Name" }))).toEqual([
      "Care evenings",
      "Care mornings",
      "Finance rights",
      "Newsletter",
      "Rooms Nijmegen",
      "Sales team",
      "Synced rights",
    ]);
    expect(
      names(
        await rows("Get-DistributionGroup", {
          RecipientTypeDetails: ["RoomList", "MailUniversalSecurityGroup"],
        }),
      ),
    ).toEqual(["Finance rights", "Synced rights", "Rooms Nijmegen"]);
    for (const identity of ["everyoneincare", "allstaff", "sales"])
      expect((await client.invoke("Get-DistributionGroup", { Identity: identity })).status).toBe(
        404,
      );
  });

  it("shows a group's properties, and never its members", async () => {
    const [row = {}] = await rows("Get-DistributionGroup", {
      Identity: "financerights@contoso.com",
    });
    expect(row).toMatchObject({
      Name: "Finance rights",
      RecipientTypeDetails: "MailUniversalSecurityGroup",
      GroupType: "Universal, SecurityEnabled",
      ManagedBy: ["Anna Bakker"],
      IsDirSynced: false,
      CustomAttribute1: "D-FINANCE",
      CustomAttribute2: "HelloID Dynamic Distribution Group",
    });
    expect(row).not.toHaveProperty("Members");
    expect((await rows("Get-DistributionGroup", { Identity: "salesteam" }))[0]).toMatchObject({
      GroupType: "Universal",
    });
  });

  it.each([
    ["CustomAttribute1 -eq 'D-TWICE'", ["Care mornings", "Care evenings"]],
    [
      "CustomAttribute1 -eq 'D-TWICE' -and Guid -ne '0b1ec700-0000-4000-8000-000000002001'",
      ["Care evenings"],
    ],
    ["IsDirSynced -eq 'True'", ["Synced rights"]],
    [
      "CustomAttribute2 -eq 'HelloID Dynamic Distribution Group' -and (CustomAttribute1 -eq " +
        "'D-SALES' -or CustomAttribute1 -eq 'D-FINANCE')",
      ["Sales team", "Finance rights"],
    ],
  ])("filters: %s", async (Filter, found) => {
    expect(names(await rows("Get-DistributionGroup", { Filter }))).toEqual(found);
  });

  it("finds groups by their members and managers, as distinguished names", async () => {
    const anna = await dn("anna.bakker");
    const care = await dn("careevenings");
    expect(
      names(
        await rows("Get-DistributionGroup", {
          Filter: `Members -eq '${anna}' -and CustomAttribute1 -eq 'D-SALES'`,
        }),
      ),
    ).toEqual(["Sales team"]);
    expect(
      names(await rows("Get-Recipient", { Filter: `Members -eq '${await dn("newsletter")}'` })),
    ).toEqual(["Care evenings"]);
    expect(
      names(
        await rows("Get-DistributionGroup", {
          Filter: `ManagedBy -eq '${anna}' -and Members -ne '${anna}' -and IsDirSynced -eq 'False'`,
        }),
      ),
    ).toEqual(["Rooms Nijmegen", "Care mornings", "Care evenings"]);
    expect(names(await rows("Get-Recipient", { Filter: `MemberOfGroup -eq '${care}'` }))).toEqual([
      "Info",
      "Gale Guest",
      "Cor Contact",
      "Newsletter",
    ]);
    expect(
      names(
        await rows("Get-DistributionGroup", {
          Filter: "Members -eq 'CN=nobody,OU=nowhere,DC=com'",
        }),
      ),
    ).toEqual([]);
  });

  it("shows references as GUIDs where that is documented", async () => {
    const state = seedState();
    const group = state.objects.find(({ Alias }) => Alias === "salesteam") ?? {};
    group["GrantSendOnBehalfTo"] = ["0b1ec700-0000-4000-8000-000000000001"];
    start({}, state);
    expect((await rows("Get-DistributionGroup", { Identity: "salesteam" }))[0]).toMatchObject({
      GrantSendOnBehalfTo: ["0b1ec700-0000-4000-8000-000000000001"],
      ManagedBy: ["Anna Bakker"],
    });
  });
});

describe("members", () => {
  it("are listed as they are, including groups, contacts and guests", async () => {
    const list = await rows("Get-DistributionGroupMember", { Identity: "careevenings" });
    expect(list.map(({ RecipientTypeDetails }) => RecipientTypeDetails)).toEqual([
      "MailUniversalDistributionGroup",
      "MailContact",
      "GuestMailUser",
      "SharedMailbox",
    ]);
    expect(Object.keys(list[1] ?? {})).toEqual(
      expect.arrayContaining([
        "Guid",
        "ExternalDirectoryObjectId",
        "Name",
        "DisplayName",
        "Alias",
        "PrimarySmtpAddress",
        "RecipientType",
        "RecipientTypeDetails",
        "Identity",
        "DistinguishedName",
      ]),
    );
    expect(list[1]).toMatchObject({
      PrimarySmtpAddress: "cor@fabrikam.com",
      RecipientType: "MailContact",
    });
  });

  it("are added and removed one by one, by any form of identity, and nothing is returned", async () => {
    const answer = await add("salesteam@contoso.com", "0B1EC700-0000-4000-8000-000000000017");
    expect([answer.status, answer.json.value, answer.json["@adminapi.warnings"]]).toEqual([
      200,
      [],
      undefined,
    ]);
    expect(await members("salesteam")).toContain("Dora Double");
    expect((await remove("Sales team", "DORA.DOUBLE@contoso.com", { Confirm: false })).status).toBe(
      200,
    );
    expect(await members("salesteam")).not.toContain("Dora Double");
    expect(
      (await rows("Get-DistributionGroup", { Identity: "salesteam" }))[0]?.["WhenChanged"],
    ).toBe("2026-06-01T12:00:00+00:00");
  });

  it("do not change with Confirm", async () => {
    expect(
      (await remove("salesteam", "anna.bakker", { Confirm: true })).json[
        "@adminapi.confirmationmessage"
      ],
    ).toContain("Are you sure");
    expect(await members("salesteam")).toContain("Anna Bakker");
  });

  it.each([
    [
      "salesteam",
      "nobody",
      404,
      'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|Couldn\'t find object "nobody".',
    ],
    ["salesteam", "nina.newcomer@contoso.com", 404, "nina.newcomer"],
    ["salesteam", "allstaff", 404, "allstaff"],
    ["salesteam", "gone.gerda", 404, "gone.gerda"],
    ["noteam", "anna.bakker", 404, "object 'noteam' couldn't be found"],
    ["everyoneincare", "anna.bakker", 404, "object 'everyoneincare'"],
    ["salesteam", "salesteam@fabrikam.com", 404, "salesteam@fabrikam.com"],
    [
      "salesteam",
      "aoife.obrien",
      400,
      'Microsoft.Exchange.Management.Tasks.MemberAlreadyExistsException|The recipient "Aoife ' +
        'O\'Brien" is already a member of the group "Sales team".',
    ],
  ])("of %s cannot include %s", async (group, member, status, text) => {
    const answer = await add(group, member);
    expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
  });

  it("that are absent cannot be removed", async () => {
    const answer = await remove("salesteam", "dora.double");
    expect([answer.status, refusal(answer)]).toEqual([
      400,
      'Microsoft.Exchange.Management.Tasks.MemberNotFoundException|The recipient "Dora Double" ' +
        'isn\'t a member of the group "Sales team".',
    ]);
    expect(
      (await client.invoke("Remove-DistributionGroupMember", { Identity: "salesteam" })).status,
    ).toBe(400);
  });

  it("of a synchronised group are mastered on premises", async () => {
    for (const [verb, answer] of [
      ["Add", await add("syncedrights", "dora.double", bypass)],
      ["Remove", await remove("syncedrights", "dirk.synced", bypass)],
    ] as const) {
      expect([answer.status, refusal(answer)]).toEqual([
        400,
        expect.stringContaining(
          `The action '${verb}-DistributionGroupMember', 'Members', can't be performed on the object ` +
            "'Synced rights' because the object is being synchronized from your on-premises organization.",
        ),
      ]);
    }
    expect(await members("syncedrights")).toEqual(["Dirk Synced"]);
  });
});

describe("a security group", () => {
  it("can be changed by its managers, or with the bypass", async () => {
    const answer = await add("financerights", "dora.double");
    expect([answer.status, refusal(answer)]).toEqual([
      400,
      expect.stringMatching(
        /OperationRequiresGroupManagerException\|.* can only be performed by a manager of the group\.$/,
      ),
    ]);
    expect(
      (await add("financerights", "dora.double", { BypassSecurityGroupManagerCheck: false }))
        .status,
    ).toBe(400);
    expect((await add("financerights", "dora.double", bypass)).status).toBe(200);
    expect((await remove("financerights", "dora.double")).status).toBe(400);
    expect((await remove("financerights", "dora.double", bypass)).status).toBe(200);
  });

  it.each([
    [{ directoryRoles: ["Exchange Recipient Administrator"] }, 400],
    [
      {
        directoryRoles: ["Exchange Recipient Administrator"],
        roleGroups: ["Recipient Management"],
      },
      400,
    ],
    [{ directoryRoles: ["Global Administrator"] }, 200],
    [{ directoryRoles: [], roleGroups: ["Organization Management"] }, 200],
  ])("and its bypass need a role that includes it: %j", async (roles, status) => {
    start({}, seedState(), roles);
    for (const group of ["financerights", "salesteam"]) {
      const answer = await add(group, "dora.double", bypass);
      expect(answer.status).toBe(status);
      if (status === 400)
        expect(refusal(answer)).toContain(
          "'BypassSecurityGroupManagerCheck' of the cmdlet 'Add-DistributionGroupMember' is not " +
            "present in the role definition of the current user",
        );
    }
    expect((await add("newsletter", "doug.double")).status).toBe(200);
  });
});

describe("large numbers of", () => {
  it("members arrive in pages of a thousand by default", async () => {
    start({}, manyGroups(1, 1200, 1300));
    const short = await client.invoke(
      "Get-DistributionGroupMember",
      { Identity: "Group 1" },
      { select: "Guid" },
    );
    expect([short.json.value.length, short.json["@adminapi.warnings"]]).toEqual([
      1000,
      [expect.stringMatching(/^There are more results available/)],
    ]);
    const all = { Identity: "Group 1", ResultSize: "Unlimited" };
    const first = await client.invoke("Get-DistributionGroupMember", all, { select: "Name" });
    const rest = await client.invoke("Get-DistributionGroupMember", all, { url: linkOf(first) });
    expect([
      first.json.value.length,
      rest.json.value.length,
      Object.keys(rest.json.value[0] ?? {}),
    ]).toEqual([1000, 200, ["Name"]]);
  });

  it("groups are searched by member quickly", async () => {
    start({}, manyGroups(1000, 500, 5000));
    const filter = `Members -eq '${await dn("Anna Bakker")}'`;
    await client.invoke("Get-DistributionGroup", { Filter: filter });
    const before = process.cpuUsage();
    expect(
      await rows("Get-DistributionGroup", { Filter: filter, ResultSize: "Unlimited" }),
    ).toHaveLength(100);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });
});

describe("permissionLagMs", () => {
  it("shows former members and memberships, in rows and filters, while writes see the truth", async () => {
    start({ permissionLagMs: 60_000 });
    const anna = await dn("anna.bakker");
    const groupsOfDora = async (): Promise<unknown[]> => [
      ...names(
        await rows("Get-DistributionGroup", { Filter: `Members -eq '${await dn("dora.double")}'` }),
      ),
      ...names(
        await rows("Get-Recipient", {
          Filter: `MemberOfGroup -eq '${await dn("salesteam")}' -and Alias -like 'dora*'`,
        }),
      ),
    ];
    await add("salesteam", "dora.double");
    await remove("newsletter", "anna.bakker");
    expect(await members("salesteam")).not.toContain("Dora Double");
    expect(await members("newsletter")).toContain("Anna Bakker");
    expect(await groupsOfDora()).toEqual([]);
    expect(
      names(await rows("Get-DistributionGroup", { Filter: `Members -eq '${anna}'` })),
    ).toContain("Newsletter");
    expect(
      names(
        await rows("Get-Recipient", { Filter: `MemberOfGroup -eq '${await dn("newsletter")}'` }),
      ),
    ).toContain("Anna Bakker");
    expect(refusal(await add("salesteam", "dora.double"))).toContain("already a member");
    expect(refusal(await remove("newsletter", "anna.bakker"))).toContain("isn't a member");
    emulator.advance(30_000);
    await remove("salesteam", "dora.double");
    emulator.advance(30_000);
    expect([
      (await members("salesteam")).includes("Dora Double"),
      await groupsOfDora(),
      (await members("newsletter")).includes("Anna Bakker"),
    ]).toEqual([true, ["Sales team", "Dora Double"], false]);
    emulator.advance(30_000);
    expect([(await members("salesteam")).includes("Dora Double"), await groupsOfDora()]).toEqual([
      false,
      [],
    ]);
  });

  it("applies to GrantSendOnBehalfTo", async () => {
    start({ permissionLagMs: 1000 });
    const dora = await dn("dora.double");
    const set = (changes: Row): Promise<Reply> =>
      client.invoke("Set-Mailbox", {
        Identity: "info",
        GrantSendOnBehalfTo: { "@odata.type": "#Exchange.GenericHashTable", ...changes },
      });
    const seen = async (): Promise<unknown[]> => [
      (await rows("Get-Mailbox", { Identity: "info" }))[0]?.["GrantSendOnBehalfTo"],
      names(await rows("Get-Mailbox", { Filter: `GrantSendOnBehalfTo -eq '${dora}'` })),
    ];
    await set({ add: "dora.double" });
    expect((await set({ add: "dora.double" })).json["@adminapi.warnings"]?.[0]).toContain(
      "no settings of",
    );
    expect(await seen()).toEqual([["Anna Bakker", "Bas Bakker"], []]);
    emulator.advance(1000);
    expect(await seen()).toEqual([["Anna Bakker", "Bas Bakker", "Dora Double"], ["Info"]]);
    expect(
      refusal(
        await client.invoke("Get-Recipient", { Filter: `GrantSendOnBehalfTo -eq '${dora}'` }),
      ),
    ).toContain("not a recognized filterable property");
  });
});
