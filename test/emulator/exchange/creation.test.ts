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

const owner = { ManagedBy: ["dora.double"] };
const newGroup = (Name: string, parameters: Row = {}): Promise<Reply> =>
  client.invoke("New-DistributionGroup", { Name, ...owner, ...parameters });
const newShared = (Name: string, parameters: Row = {}): Promise<Reply> =>
  client.invoke("New-Mailbox", { Name, Shared: true, ...parameters });
const setGroup = (identity: string, parameters: Row): Promise<Reply> =>
  client.invoke("Set-DistributionGroup", { Identity: identity, ...parameters });
const group = async (identity: string): Promise<Row> =>
  (await client.invoke("Get-DistributionGroup", { Identity: identity })).json.value[0] ?? {};
const mailbox = async (identity: string): Promise<Row> =>
  (await client.invoke("Get-Mailbox", { Identity: identity })).json.value[0] ?? {};
async function done(answer: Promise<Reply>): Promise<Reply> {
  const reply = await answer;
  expect([reply.status, reply.status === 200 ? "" : refusal(reply)]).toEqual([200, ""]);
  return reply;
}
const delta = (changes: Row): Row => ({ "@odata.type": "#Exchange.GenericHashTable", ...changes });

describe("a new distribution group", () => {
  it("is returned, and found afterwards", async () => {
    const made =
      (
        await done(
          newGroup("dg_Care & Cure", {
            DisplayName: "Care and cure",
            Alias: "dg_care",
            PrimarySmtpAddress: "dg_care@contoso.com",
            Members: ["anna.bakker@contoso.com", "newsletter"],
            Notes: "Made by a machine",
            MemberJoinRestriction: "ApprovalRequired",
            HiddenGroupMembershipEnabled: true,
          }),
        )
      ).json.value[0] ?? {};
    expect(made).toMatchObject({
      Name: "dg_Care & Cure",
      DisplayName: "Care and cure",
      Alias: "dg_care",
      PrimarySmtpAddress: "dg_care@contoso.com",
      EmailAddresses: ["SMTP:dg_care@contoso.com", "smtp:dg_care@contoso.onmicrosoft.com"],
      RecipientTypeDetails: "MailUniversalDistributionGroup",
      GroupType: "Universal",
      ManagedBy: ["Dora Double"],
      RequireSenderAuthenticationEnabled: true,
      MemberJoinRestriction: "ApprovalRequired",
      MemberDepartRestriction: "Open",
      HiddenGroupMembershipEnabled: true,
      HiddenFromAddressListsEnabled: false,
      WhenCreated: "2026-06-01T12:00:00+00:00",
    });
    expect(made["Guid"]).toMatch(/^0b1ec700-0000-4000-8000-[0-9a-f]{12}$/);
    for (const identity of [
      made["Guid"],
      "dg_care",
      "dg_care@contoso.onmicrosoft.com",
      made["DistinguishedName"],
      made["ExternalDirectoryObjectId"],
    ])
      expect((await group(String(identity)))["Guid"]).toBe(made["Guid"]);
    expect(
      (await client.invoke("Get-DistributionGroupMember", { Identity: "dg_care" })).json.value
        .map((row) => row["Name"])
        .sort(),
    ).toEqual(["Anna Bakker", "Newsletter"]);
    expect(
      (
        await client.invoke("Get-Recipient", {
          Filter: "PrimarySmtpAddress -eq 'dg_care@contoso.com'",
        })
      ).json.value,
    ).toHaveLength(1);
    const again = (await done(newGroup("dg_Next"))).json.value[0];
    expect(again).toMatchObject({
      DisplayName: "dg_Next",
      Alias: "dg_Next",
      PrimarySmtpAddress: "dg_Next@contoso.onmicrosoft.com",
    });
    expect(again?.["Guid"]).not.toBe(made["Guid"]);
  });

  it("can be a security group, or a room list", async () => {
    expect((await done(newGroup("Rights", { Type: "Security" }))).json.value[0]).toMatchObject({
      RecipientTypeDetails: "MailUniversalSecurityGroup",
      GroupType: "Universal, SecurityEnabled",
      MemberDepartRestriction: "Closed",
    });
    expect((await done(newGroup("Rooms", { RoomList: true }))).json.value[0]).toMatchObject({
      RecipientTypeDetails: "RoomList",
    });
    expect((await done(newGroup("With its owner", { CopyOwnerToMember: true }))).status).toBe(200);
    expect(
      (
        await client.invoke("Get-DistributionGroupMember", { Identity: "With its owner" })
      ).json.value.map((row) => row["Name"]),
    ).toEqual(["Dora Double"]);
  });

  it.each([
    [{ Name: "x", ManagedBy: ["nobody"] }, 404, "nobody"],
    [{ Name: "x", Members: ["nobody"] }, 404, "nobody"],
    [{ Name: "x", Members: ["allstaff"] }, 400, "wrong type"],
    [{ Name: "" }, 400, "Name cannot be empty"],
    [{ Name: "x".repeat(65) }, 400, "maximum length is 64"],
    [
      { Name: "Newsletter" },
      400,
      "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException|The object 'Newsletter' already exists.",
    ],
    [{ Name: "Sales" }, 400, "ADObjectAlreadyExistsException"],
    [{ Name: "x", Alias: "sales" }, 400, '"sales" of property "Alias" is used'],
    [{ Name: "x", Alias: "a b" }, 400, "Alias"],
    [
      { Name: "x", PrimarySmtpAddress: "Petra.Maiden@contoso.com" },
      400,
      'ProxyAddressExistsException|The proxy address "SMTP:Petra.Maiden@contoso.com" is already being used',
    ],
    [{ Name: "x", PrimarySmtpAddress: "wanted@contoso.com" }, 400, "ProxyAddressExistsException"],
    [
      { Name: "x", PrimarySmtpAddress: "mia.maiden@contoso.com" },
      400,
      "WLCDManagedMemberExistsException",
    ],
    [{ Name: "x", PrimarySmtpAddress: "x@fabrikam.com" }, 400, "NotAcceptedDomainException"],
    [{ Name: "x", Type: "Security", MemberJoinRestriction: "Open" }, 400, "can't be Open"],
    [{ Name: "x", CustomAttribute1: "D-1" }, 400, "matches parameter name 'CustomAttribute1'"],
    [{ Name: "x", ModerationEnabled: true }, 400, "ModeratedBy"],
    [{ Name: "x", OrganizationalUnit: "elsewhere" }, 501, "OrganizationalUnit"],
  ])("%j is refused", async (parameters, status, text) => {
    const before = emulator.state().objects.length;
    const answer = await client.invoke(
      "New-DistributionGroup",
      JSON.parse(JSON.stringify({ ...owner, ...parameters })) as Row,
    );
    expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
    expect(emulator.state().objects).toHaveLength(before);
  });

  it("may have the name of a deleted object", async () => {
    await done(newGroup("Gone Gerda", { Alias: "gone.gerda.group" }));
  });
});

describe("Set-DistributionGroup", () => {
  it("writes what New- cannot, and warns when nothing changed", async () => {
    const parameters = {
      CustomAttribute1: "D-100",
      CustomAttribute2: "HelloID Dynamic Distribution Group",
      HiddenFromAddressListsEnabled: true,
      RequireSenderAuthenticationEnabled: true,
      DisplayName: "Letters",
      MemberJoinRestriction: "Open",
    };
    expect((await done(setGroup("newsletter", parameters))).json.value).toEqual([]);
    expect(await group("newsletter")).toMatchObject({
      ...parameters,
      WhenChanged: "2026-06-01T12:00:00+00:00",
    });
    expect((await setGroup("newsletter", parameters)).json["@adminapi.warnings"]).toEqual([
      expect.stringMatching(/no settings of 'CN=Newsletter,.+' have been modified/),
    ]);
  });

  it("renames, and sets the primary address in either of two ways", async () => {
    await done(
      setGroup("newsletter", {
        Name: "News",
        Alias: "news",
        PrimarySmtpAddress: "news@contoso.com",
      }),
    );
    expect(await group("news@contoso.com")).toMatchObject({
      Name: "News",
      Alias: "news",
      EmailAddresses: [
        "SMTP:news@contoso.com",
        "smtp:newsletter@contoso.com",
        "smtp:newsletter@contoso.onmicrosoft.com",
      ],
    });
    expect(
      (await client.invoke("Get-DistributionGroup", { Identity: "Newsletter" })).json.value[0],
    ).toMatchObject({ Name: "News" });
    await done(
      setGroup("News", {
        EmailAddresses: delta({
          add: ["smtp:briefe@contoso.com"],
          remove: ["smtp:newsletter@contoso.com"],
        }),
      }),
    );
    expect((await group("News"))["EmailAddresses"]).toEqual([
      "SMTP:news@contoso.com",
      "smtp:newsletter@contoso.onmicrosoft.com",
      "smtp:briefe@contoso.com",
    ]);
    expect(
      (await client.invoke("Get-DistributionGroup", { Identity: "newsletter@contoso.com" })).status,
    ).toBe(404);
    await done(setGroup("News", { ManagedBy: delta({ add: ["doug.double"] }) }));
    expect(((await group("News"))["ManagedBy"] as string[]).at(-1)).toBe("Doug Double");
  });

  it.each([
    [
      "newsletter",
      { PrimarySmtpAddress: "a@contoso.com", EmailAddresses: ["SMTP:b@contoso.com"] },
      400,
      "Parameter set cannot be resolved",
    ],
    ["newsletter", { PrimarySmtpAddress: "sales@contoso.com" }, 400, "ProxyAddressExistsException"],
    ["newsletter", { Name: "Sales team" }, 400, "ADObjectAlreadyExistsException"],
    ["newsletter", { Alias: "sales" }, 400, "Alias"],
    ["newsletter", { DisplayName: "" }, 400, "DisplayName cannot be empty"],
    ["newsletter", { ManagedBy: [] }, 400, "at least one owner"],
    ["newsletter", { HiddenGroupMembershipEnabled: true }, 501, "HiddenGroupMembershipEnabled"],
    [
      "syncedrights",
      { CustomAttribute1: "x" },
      400,
      "The action 'Set-DistributionGroup', 'CustomAttribute1', can't be performed on the object 'Synced rights'",
    ],
    ["financerights", { DisplayName: "x" }, 400, "can only be performed by a manager of the group"],
    [
      "financerights",
      { MemberDepartRestriction: "Open", BypassSecurityGroupManagerCheck: true },
      400,
      "can't be Open",
    ],
    ["everyoneincare", { DisplayName: "x" }, 404, "everyoneincare"],
    ["sales", { DisplayName: "x" }, 404, "sales"],
  ])("of %s: %j is refused", async (identity, parameters, status, text) => {
    const answer = await setGroup(identity, parameters);
    expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
  });

  it("changes a security group past its managers", async () => {
    await done(
      setGroup("financerights", { CustomAttribute5: "x", BypassSecurityGroupManagerCheck: true }),
    );
    expect((await group("financerights"))["CustomAttribute5"]).toBe("x");
  });
});

describe("a removed distribution group", () => {
  it("no longer appears anywhere, and its name is free", async () => {
    const { Guid } = await group("newsletter");
    expect(
      (
        await done(
          client.invoke("Remove-DistributionGroup", { Identity: "newsletter", Confirm: false }),
        )
      ).json.value,
    ).toEqual([]);
    for (const identity of ["newsletter", String(Guid)])
      expect((await client.invoke("Get-Recipient", { Identity: identity })).status).toBe(404);
    expect(
      emulator
        .state()
        .objects.some((object) =>
          Object.values(object).some(
            (value) => value === Guid || (Array.isArray(value) && value.includes(String(Guid))),
          ),
        ),
    ).toBe(false);
    const again = (
      await done(newGroup("Newsletter", { PrimarySmtpAddress: "newsletter@contoso.com" }))
    ).json.value[0];
    expect(again?.["Guid"]).not.toBe(Guid);
  });

  it.each([
    ["nobody", {}, 404, "nobody"],
    ["financerights", {}, 400, "manager of the group"],
    ["syncedrights", { BypassSecurityGroupManagerCheck: true }, 400, "write scope"],
  ])("%s %j is refused", async (identity, parameters, status, text) => {
    const answer = await client.invoke("Remove-DistributionGroup", {
      Identity: identity,
      ...parameters,
    });
    expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
  });

  it("has an id that no later group gets", async () => {
    const guidOf = async (made: Promise<Reply>): Promise<unknown> =>
      (await done(made)).json.value[0]?.["Guid"];
    const first = [
      await guidOf(newGroup("a1")),
      await guidOf(newGroup("a2")),
      await guidOf(newGroup("a3")),
    ];
    await done(client.invoke("Remove-DistributionGroup", { Identity: "a3" }));
    const fourth = await guidOf(newGroup("a4"));
    expect(first).not.toContain(fourth);
    emulator.replaceState(JSON.parse(JSON.stringify(emulator.state())));
    expect(first.slice(0, 2)).not.toContain(await guidOf(newGroup("a5")));
    expect((await group("a4"))["Guid"]).toBe(fourth);
  });
});

describe("a new shared mailbox", () => {
  it("is returned, can be set up, and is a mailbox like any other", async () => {
    const made =
      (
        await done(
          newShared("smb_Care", {
            DisplayName: "Care",
            Alias: "smb_care",
            PrimarySmtpAddress: "smb_care@contoso.com",
          }),
        )
      ).json.value[0] ?? {};
    expect(made).toMatchObject({
      Name: "smb_Care",
      DisplayName: "Care",
      Alias: "smb_care",
      PrimarySmtpAddress: "smb_care@contoso.com",
      UserPrincipalName: "smb_care@contoso.com",
      RecipientTypeDetails: "SharedMailbox",
      IsShared: true,
      RecipientType: "UserMailbox",
      EmailAddresses: ["SMTP:smb_care@contoso.com", "smtp:smb_care@contoso.onmicrosoft.com"],
    });
    expect(made["ExchangeGuid"]).toMatch(/^ec4b0000-/);
    expect((await mailbox(String(made["ExchangeGuid"])))["Guid"]).toBe(made["Guid"]);
    await done(client.invoke("Set-Mailbox", { Identity: "smb_care", CustomAttribute1: "D-CARE" }));
    expect(
      (
        await client.invoke("Get-Mailbox", {
          Filter: "CustomAttribute1 -eq 'D-CARE'",
          RecipientTypeDetails: "SharedMailbox",
        })
      ).json.value,
    ).toHaveLength(1);
    expect(
      (await client.invoke("Get-MailboxFolderPermission", { Identity: "smb_care:\\Calendar" }))
        .status,
    ).toBe(200);
    await done(
      client.invoke("Add-MailboxPermission", {
        Identity: "smb_care",
        User: "dora.double",
        AccessRights: ["FullAccess"],
      }),
    );
  });

  it.each([
    [
      { Name: "x", MicrosoftOnlineServicesID: "x@contoso.com" },
      400,
      "Parameter set cannot be resolved",
    ],
    [{ Name: "x", Room: true }, 400, "Parameter set cannot be resolved"],
    [{ Name: "x", CustomAttribute1: "D-1" }, 400, "matches parameter name 'CustomAttribute1'"],
    [{ Name: "Zoë" }, 400, 'can\'t contain the character "ë"'],
    [{ Name: "Sales" }, 400, "ADObjectAlreadyExistsException"],
    [{ Name: "x", Alias: "salesteam" }, 400, "Alias"],
    [
      { Name: "x", PrimarySmtpAddress: "salesteam@contoso.com" },
      400,
      "ProxyAddressExistsException",
    ],
    [{ Name: "x", Archive: true }, 501, "Archive"],
    [{ Name: "x", Shared: false, Room: true }, 400, "Parameter set cannot be resolved"],
    [{}, 400, "missing mandatory parameters: Name"],
  ])("%j is refused", async (parameters, status, text) => {
    const answer = await client.invoke("New-Mailbox", { Shared: true, ...parameters });
    expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
  });

  it("has an alias derived from its name by default", async () => {
    expect((await done(newShared("Service Desk (Nijmegen)"))).json.value[0]).toMatchObject({
      Alias: "ServiceDesk?Nijmegen?",
      DisplayName: "Service Desk (Nijmegen)",
    });
  });
});

describe("a new object", () => {
  const gone = [404, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"];
  const outcome = async (answer: Promise<Reply>): Promise<unknown[]> => {
    const reply = await answer;
    return reply.status === 200
      ? [200, reply.json.value.length]
      : [reply.status, refusal(reply).split("|")[0]];
  };

  it("is invisible to readers and writers for a while, but its name is taken at once", async () => {
    start({ createLagMs: 30_000 });
    const { Guid } =
      (await done(newGroup("dg_Late", { Alias: "dg_late", Members: ["dora.double"] }))).json
        .value[0] ?? {};
    await done(newShared("smb_Late"));
    const dora = (await mailbox("dora.double"))["DistinguishedName"];
    const looks = (): Promise<unknown[][]> =>
      Promise.all([
        outcome(client.invoke("Get-DistributionGroup", { Identity: Guid })),
        outcome(setGroup("dg_late", { CustomAttribute1: "x" })),
        outcome(client.invoke("Set-Mailbox", { Identity: "smb_Late", CustomAttribute1: "x" })),
        outcome(client.invoke("Remove-DistributionGroup", { Identity: "dg_Late" })),
        outcome(
          client.invoke("Get-Recipient", { Filter: "Name -eq 'dg_Late' -or Name -eq 'smb_Late'" }),
        ),
      ]);
    emulator.advance(29_999);
    expect(await looks()).toEqual([gone, gone, gone, gone, [200, 0]]);
    expect(
      (
        await client.invoke("Get-Recipient", { Filter: `Members -eq '${String(dora)}'` })
      ).json.value.map((row) => row["Name"]),
    ).not.toContain("dg_Late");
    for (const [again, text] of [
      [newGroup("dg_Late"), "ADObjectAlreadyExistsException"],
      [newGroup("x", { Alias: "dg_late" }), "Alias"],
      [
        newShared("y", { PrimarySmtpAddress: "smb_Late@contoso.onmicrosoft.com" }),
        "ProxyAddressExistsException",
      ],
    ] as const) {
      expect(refusal(await again)).toContain(text);
    }
    emulator.advance(1);
    expect(
      await outcome(
        client.invoke("Get-Recipient", { Filter: "Name -eq 'dg_Late' -or Name -eq 'smb_Late'" }),
      ),
    ).toEqual([200, 2]);
    expect(
      (
        await client.invoke("Get-Recipient", { Filter: `Members -eq '${String(dora)}'` })
      ).json.value.map((row) => row["Name"]),
    ).toContain("dg_Late");
    expect(await outcome(setGroup("dg_late", { CustomAttribute1: "x" }))).toEqual([200, 0]);
  });
});
