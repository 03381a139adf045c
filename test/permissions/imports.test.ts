import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Contract } from "../../lib/host/schemaContract.ts";
import { importAnswer, permissionRecord, subPermissionRecord } from "../generated/answers.ts";
import type { SubPermissionRecordBody } from "../../lib/generated/types.ts";
import importAccounts from "../../lifecycle/import.ts";
import type { Fault } from "../emulator/faults.ts";
import { manyGroups, manySharedMailboxes, seedState } from "../emulator/seed.ts";
import type { Behaviour, State } from "../emulator/state.ts";
import {
  accountImportFor,
  contractOf,
  readingEventFor,
  subPermissionsEventFor,
} from "../events.ts";
import { Bench, guidOf, runnerOf, type Run } from "../bench.ts";
import { everyRight, prepare, sets } from "./sets.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

type SetName = keyof typeof sets;
type ImportName = "holders" | "partHolders";
type Imported = Omit<
  SubPermissionRecordBody,
  "SubPermissionReference" | "SubPermissionDisplayName"
> &
  Partial<SubPermissionRecordBody>;

const separate = { SharedMailboxReference: "separate" };
/** The people whom the seeded tenant knows by one name each. */
const [anna, bas, chris, daan, femke] = [
  "Anna Bakker",
  "Bas Bakker",
  "Chris Bakker",
  "Daan Bakker",
  "Femke Bakker",
].map(guidOf) as [string, string, string, string, string];

function recordsOf(name: ImportName, { records }: Pick<Run<unknown>, "records">): Imported[] {
  const contract: Contract<unknown> = name === "holders" ? permissionRecord : subPermissionRecord;
  for (const record of records)
    expect(
      contract.check({ record }),
      `${JSON.stringify(contract.check.errors)} in ${JSON.stringify(record)}`,
    ).toBe(true);
  return records as Imported[];
}

interface Options {
  way?: "here" | "asBundle";
  dryRun?: boolean;
}

async function imported(
  set: SetName,
  name: ImportName,
  configuration: Record<string, unknown> = {},
  { way = "here", dryRun = false }: Options = {},
): Promise<{
  records: Imported[];
  run: Run<{ outcome: string; outputContext: { Success: boolean } }>;
}> {
  const run = await sets[set][name][way](
    bench,
    readingEventFor(bench.running, { configuration, dryRun }),
  );
  return { records: recordsOf(name, run), run };
}

/** The same, which has to go well. */
async function all(
  set: SetName,
  name: ImportName,
  configuration?: Record<string, unknown>,
  options?: Options,
): Promise<Imported[]> {
  const { records, run } = await imported(set, name, configuration, options);
  expect(run.answer).toMatchObject({ outcome: "done", plan: [], outputContext: { Success: true } });
  const references = records.flatMap(({ AccountReferences }) => AccountReferences).length;
  expect(run.messages).toEqual([
    `Records ${options?.dryRun ? "shown as a sample (an import returns all)" : "imported"}: ${records.length}, ` +
      `with ${references} account ${references === 1 ? "reference" : "references"}.`,
  ]);
  return records;
}

const talkOf = async (
  set: SetName,
  name: ImportName,
  configuration?: Record<string, unknown>,
): Promise<string[]> =>
  (await imported(set, name, configuration)).run.stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { level: string; message: string })
    .map(({ level, message }) => `${level}: ${message}`);
const sorted = (records: readonly Imported[]): Imported[] =>
  records
    .map((record) => ({
      ...record,
      AccountReferences: [...record.AccountReferences].sort() as Imported["AccountReferences"],
    }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
const keyOf = (record: Imported): string =>
  JSON.stringify([record.PermissionReference, record.SubPermissionReference]);
/** Who has what is on the record of one permission or sub-permission. */
const holdersOf = (records: readonly Imported[], reference: Record<string, unknown>): string[] =>
  records
    .filter(
      ({ PermissionReference, SubPermissionReference = PermissionReference }) =>
        JSON.stringify(SubPermissionReference) === JSON.stringify(reference),
    )
    .flatMap(({ AccountReferences }) => AccountReferences)
    .sort();
const people = (...indexes: number[]): string[] =>
  indexes.map((index) => String(seedState().objects[index - 1]?.["Guid"]));

describe("an import of group memberships", () => {
  const expected = (): Imported[] => [
    {
      PermissionReference: { Id: guidOf("Sales team") },
      Description: "salesteam@contoso.com",
      DisplayName: "Distribution Group - Sales team",
      AccountReferences: people(1, 4, 31, 32, 33) as Imported["AccountReferences"],
    },
    {
      PermissionReference: { Id: guidOf("Newsletter") },
      Description: "newsletter@contoso.com",
      DisplayName: "Distribution Group - Newsletter",
      AccountReferences: people(31, 40) as Imported["AccountReferences"],
    },
    {
      PermissionReference: { Id: guidOf("Finance rights") },
      Description: "financerights@contoso.com",
      DisplayName: "Mail-enabled Security Group - Finance rights",
      AccountReferences: people(4, 31) as Imported["AccountReferences"],
    },
    {
      PermissionReference: { Id: guidOf("Care mornings") },
      Description: "caremornings@contoso.com",
      DisplayName: "Distribution Group - Care mornings",
      AccountReferences: people(34, 35) as Imported["AccountReferences"],
    },
  ];

  it("yields every cloud group with members, as existing installations have it", async () => {
    expect(sorted(await all("groups", "holders", {}, { way: "asBundle" }))).toEqual(
      sorted(expected()),
    );
    expect(
      bench.emulator.journal().flatMap(({ items = [] }) => items.map(({ cmdlet }) => cmdlet)),
    ).toEqual([
      ...Array.from({ length: 6 }, () => "Get-DistributionGroupMember"),
      // The room list has no members: that is believed after three answers, and a query that agrees.
      "Get-DistributionGroupMember",
      "Get-DistributionGroupMember",
      "Get-Recipient",
    ]);
  });

  it("counts members that are not accounts, such as groups, contacts and guests", async () => {
    expect(await talkOf("groups", "holders")).toContain(
      "information: Not imported: 4 members that are not mailboxes of persons (not of the " +
        "types UserMailbox), such as contacts, guests and groups.",
    );
    const records = await all("groups", "holders", {
      RecipientTypeDetails: "UserMailbox, SharedMailbox",
    });
    expect(holdersOf(records, { Id: guidOf("Care evenings") })).toEqual([guidOf("Info")]);
  });

  it.each<Partial<Behaviour>>([
    { referencesShownAs: "DisplayName" },
    { referencesShownAs: "Guid" },
    { trusteesShownAs: "Sid" },
  ])("does not depend on how others are shown: %o", async (behaviour) => {
    prepare(bench, behaviour);
    expect(sorted(await all("groups", "holders"))).toEqual(sorted(expected()));
  });

  it("yields the members of marked groups as parts of one permission", async () => {
    const parts = expected()
      .filter(({ PermissionReference }) => PermissionReference["Id"] !== guidOf("Newsletter"))
      .map((record) => ({
        ...record,
        PermissionReference: { Reference: "dg" },
        DisplayName: "Permission - Distribution Group",
        SubPermissionReference: record.PermissionReference,
        SubPermissionDisplayName: record.DisplayName.replace(/^.* - /, ""),
      }));
    expect(sorted(await all("groups", "partHolders", {}, { way: "asBundle" }))).toEqual(
      sorted(parts),
    );
  });

  it("uses the configured marker", async () => {
    prepare(bench, {}, (_, named) => (named("Newsletter")["CustomAttribute9"] = "It's ours"));
    const records = await all("groups", "partHolders", {
      MarkerAttribute: "CustomAttribute9",
      GroupMarker: "It's ours",
    });
    expect(records.map(({ SubPermissionReference }) => SubPermissionReference)).toEqual([
      { Id: guidOf("Newsletter") },
    ]);
  });

  it("warns when nothing is marked", async () => {
    for (const [set, configuration, message] of [
      [
        "groups",
        { GroupMarker: "nobody's" },
        'warning: No group with members has "nobody\'s" as CustomAttribute2, so nothing is imported.',
      ],
      [
        "sharedMailboxes",
        { SharedMailboxMarker: "nobody's", MarkerAttribute: "CustomAttribute3" },
        'warning: No mailbox has "nobody\'s" as CustomAttribute3, so nothing is imported.',
      ],
    ] as const) {
      expect(await all(set, "partHolders", configuration)).toEqual([]);
      expect(await talkOf(set, "partHolders", configuration)).toContain(message);
    }
    expect((await talkOf("groups", "partHolders")).join("\n")).not.toContain(
      "so nothing is imported",
    );
    expect((await talkOf("sharedMailboxes", "partHolders")).join("\n")).not.toContain(
      "so nothing is imported",
    );
  });
});

describe("blocks of 500 accounts", () => {
  it.each([
    [499, [499]],
    [500, [500]],
    [501, [500, 1]],
    [1_000, [500, 500]],
    [2_250, [500, 500, 500, 500, 250]],
  ])("hold the members of a group of %i", async (members, blocks) => {
    bench.emulator.replaceState(manyGroups(1, members, members));
    const records = await all("groups", "holders");
    expect(records.map(({ AccountReferences }) => AccountReferences.length)).toEqual(blocks);
    expect(new Set(records.flatMap(({ AccountReferences }) => AccountReferences)).size).toBe(
      members,
    );
    expect(
      new Set(
        records.map(
          ({ DisplayName, PermissionReference }) =>
            `${DisplayName} ${JSON.stringify(PermissionReference)}`,
        ),
      ).size,
    ).toBe(1);
  });

  it("hold the accounts with a right on a mailbox", async () => {
    const state = manySharedMailboxes(1, 1_203);
    const [box] = state.objects.slice(-1).map(({ Guid }) => String(Guid));
    const everybody = state.objects.slice(0, 1_203).map(({ Guid }) => String(Guid));
    state.mailboxPermissions = everybody.map((trustee) => ({
      mailbox: box ?? "",
      trustee,
      rights: ["FullAccess"],
    }));
    state.recipientPermissions = everybody.map((trustee) => ({
      recipient: box ?? "",
      trustee,
      rights: ["SendAs"],
    }));
    // Beyond 144 names come twice in this tenant; a user name is one's own.
    bench.emulator.replaceState(state);
    const records = await all("sharedMailboxes", "holders");
    expect(records.map(({ AccountReferences }) => AccountReferences.length)).toEqual([
      500, 500, 203,
    ]);
    expect(new Set(records.flatMap(({ AccountReferences }) => AccountReferences))).toEqual(
      new Set(everybody),
    );
  });
});

/** A tenant in which every name is one person's: 40 people, 30 mailboxes with three of them each. */
const plainTenant = (behaviour: Partial<Behaviour> = {}): State => {
  const state = manySharedMailboxes(30, 40);
  Object.assign(state.behaviour, behaviour);
  return state;
};

describe("an import of mailbox rights", () => {
  const rightLabels = {
    FullAccess: "Full Access",
    SendAs: "Send As",
    SendOnBehalf: "Send on Behalf",
  } as const;
  type RightName = keyof typeof rightLabels;
  const stored = (
    state: Readonly<State>,
  ): { guid: string; name: string; by: Record<RightName, string[]> }[] =>
    state.objects
      .filter(({ RecipientTypeDetails }) => RecipientTypeDetails === "SharedMailbox")
      .map((box) => ({
        guid: String(box["Guid"]),
        name: String(box["DisplayName"]),
        by: {
          FullAccess: (state.mailboxPermissions ?? [])
            .filter(({ mailbox }) => mailbox === box["Guid"])
            .map(({ trustee }) => trustee),
          SendAs: (state.recipientPermissions ?? [])
            .filter(({ recipient }) => recipient === box["Guid"])
            .map(({ trustee }) => trustee),
          SendOnBehalf: (box["GrantSendOnBehalfTo"] ?? []) as string[],
        },
      }));
  const recordFor = (
    PermissionReference: Record<string, unknown>,
    DisplayName: string,
    Description: string,
    references: string[],
  ): Imported => ({
    PermissionReference,
    Description,
    DisplayName,
    AccountReferences: references as Imported["AccountReferences"],
  });
  const address = (name: string): string => `${name.toLowerCase().replace(" ", ".")}@contoso.com`;

  const references = ["Name", "DisplayName", "Guid"] as const;
  const forms = (
    [
      "UserPrincipalName",
      "DisplayName",
      "Name",
      "Guid",
      "ExternalDirectoryObjectId",
      "Sid",
    ] as const
  ).map((trusteesShownAs, index): Partial<Behaviour> => ({
    trusteesShownAs,
    referencesShownAs: references[index % 3] ?? "Name",
  }));
  it.each(forms)("resolves every trustee in every form: %o", async (behaviour) => {
    const state = plainTenant(behaviour);
    bench.emulator.replaceState(state);
    const boxes = stored(state);
    const byRight = boxes.flatMap(({ guid, name, by }) =>
      Object.entries(rightLabels).map(([Permission, label]) =>
        recordFor(
          { Id: guid, Permission },
          `Shared Mailbox - ${name} - ${label}`,
          address(name),
          by[Permission as RightName],
        ),
      ),
    );
    expect(sorted(await all("sharedMailboxes", "holders", separate))).toEqual(sorted(byRight));
    const asOne = boxes.map(({ guid, name, by }) =>
      recordFor({ Id: guid }, `Shared Mailbox - ${name}`, address(name), by.FullAccess),
    );
    expect(sorted(await all("sharedMailboxes", "holders", everyRight))).toEqual(sorted(asOne));
  });

  it("recognises mailboxes that share a name with someone else", async () => {
    const state = plainTenant();
    const [first, second] = stored(state);
    // A user is called as one mailbox is, and another mailbox as a third.
    Object.assign(state.objects.find(({ DisplayName }) => DisplayName === "Anna Bakker") ?? {}, {
      DisplayName: first?.name ?? "",
    });
    Object.assign(state.objects.find(({ DisplayName }) => DisplayName === "Shared 30") ?? {}, {
      DisplayName: second?.name ?? "",
    });
    bench.emulator.replaceState(state);
    const records = await all("sharedMailboxes", "holders", separate);
    for (const { guid, by } of stored(state))
      expect(holdersOf(records, { Id: guid, Permission: "SendAs" })).toEqual([...by.SendAs].sort());
  });

  it("yields the seeded tenant as one entitlement per mailbox, for accounts with all its rights", async () => {
    expect(await all("sharedMailboxes", "holders", {}, { way: "asBundle" })).toEqual([
      {
        PermissionReference: { Id: guidOf("Sales") },
        Description: "sales@contoso.com",
        DisplayName: "Shared Mailbox - Sales",
        AccountReferences: [anna],
      },
    ]);
    expect(await talkOf("sharedMailboxes", "holders")).toContainEqual(
      expect.stringMatching(
        /^warning: Not imported: \d+ cases in which an account has some, but not all, rights of an entitlement \(/,
      ),
    );
  });

  it("yields the rights as one entitlement per right", async () => {
    const records = await all("sharedMailboxes", "holders", separate, { way: "asBundle" });
    const have = (name: string, Permission: string): string[] =>
      holdersOf(records, { Id: guidOf(name), Permission });
    expect(
      records.find(
        ({ PermissionReference }) =>
          PermissionReference["Id"] === guidOf("Info") &&
          PermissionReference["Permission"] === "FullAccess",
      ),
    ).toEqual({
      PermissionReference: { Id: guidOf("Info"), Permission: "FullAccess" },
      Description: "info@contoso.com",
      DisplayName: "Shared Mailbox - Info - Full Access",
      AccountReferences: [chris],
    });
    expect(have("Sales", "FullAccess")).toEqual([anna]);
    expect(have("Sales", "SendAs")).toEqual([anna]);
    expect(have("Info", "SendAs")).toEqual([]);
    expect(have("Privacy", "FullAccess")).toHaveLength(100);
    // Somebody gone and somebody there; a group; one who is denied and one who is not; a guest.
    expect(have("HR & Payroll", "FullAccess")).toEqual([daan]);
    expect(have("Finance desk", "FullAccess")).toEqual([]);
    expect(have("Service Desk", "FullAccess")).toEqual([femke]);
    expect(have("Reception", "FullAccess")).toEqual([]);
  });

  it("counts partial holders once for each mailbox", async () => {
    bench.emulator.replaceState(plainTenant());
    const state = plainTenant();
    state.recipientPermissions = state.recipientPermissions?.slice(5) ?? [];
    bench.emulator.replaceState(state);
    expect(await talkOf("sharedMailboxes", "holders")).toContainEqual(
      expect.stringMatching(/^warning: Not imported: 5 cases in which an account has some/),
    );
    expect(
      (await all("sharedMailboxes", "holders")).flatMap(
        ({ AccountReferences }) => AccountReferences,
      ),
    ).toHaveLength(90 - 5);
    expect(
      (await talkOf("sharedMailboxes", "holders", { SharedMailboxRights: "FullAccess" })).join(
        "\n",
      ),
    ).not.toContain("Not imported");
  });

  it("leaves out inherited rights, and each account's right on itself", async () => {
    prepare(
      bench,
      {},
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push(
          { mailbox: guidOf("Info"), trustee: bas, rights: ["FullAccess"], inherited: true },
          { mailbox: guidOf("Info"), trustee: "NT AUTHORITY\\SELF", rights: ["FullAccess"] },
        ),
    );
    expect(
      holdersOf(await all("sharedMailboxes", "holders", separate), {
        Id: guidOf("Info"),
        Permission: "FullAccess",
      }),
    ).toEqual([chris]);
    expect((await talkOf("sharedMailboxes", "holders", separate)).join("\n")).not.toMatch(
      /SELF|Administrator|Exchange Servers/,
    );
  });

  it("leaves out lesser rights, and recognises Full Access among others", async () => {
    prepare(
      bench,
      {},
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push(
          { mailbox: guidOf("Info"), trustee: bas, rights: ["ReadPermission"] },
          { mailbox: guidOf("Info"), trustee: daan, rights: ["ReadPermission", "FullAccess"] },
        ),
    );
    expect(
      holdersOf(await all("sharedMailboxes", "holders", separate), {
        Id: guidOf("Info"),
        Permission: "FullAccess",
      }),
    ).toEqual([chris, daan].sort());
  });

  it("includes mailboxes and accounts of the configured types", async () => {
    prepare(
      bench,
      {},
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push(
          { mailbox: guidOf("Board Room"), trustee: chris, rights: ["FullAccess"] },
          { mailbox: guidOf("Board Room"), trustee: guidOf("Lena Left"), rights: ["FullAccess"] },
        ),
    );
    const configuration = { ...separate, SharedMailboxTypes: "RoomMailbox" };
    const room = { Id: guidOf("Board Room"), Permission: "FullAccess" };
    expect(holdersOf(await all("sharedMailboxes", "holders", separate), room)).toEqual([]);
    expect(holdersOf(await all("sharedMailboxes", "holders", configuration), room)).toEqual([
      chris,
    ]);
    expect(
      holdersOf(
        await all("sharedMailboxes", "holders", {
          ...configuration,
          RecipientTypeDetails: "UserMailbox, SharedMailbox",
        }),
        room,
      ),
    ).toEqual([chris, guidOf("Lena Left")].sort());
  });
});

describe("ambiguous trustees, or ones that are not accounts", () => {
  it("are counted by reason, and named", async () => {
    const log = (await talkOf("sharedMailboxes", "holders", separate)).join("\n");
    expect(log).toContain(`"${goneSid(0)}" on "`);
    expect(log).toMatch(
      /warning: Not imported: 707 entries of 400 trustees that match no recipient or user, such as accounts that no longer exist \(/,
    );
    expect(log).toContain("and 392 more).");
    expect(log).toMatch(
      /information: Not imported: 5 entries of 3 trustees that are not mailboxes of persons \(.*"Finance rights" on "Finance desk"/,
    );
  });

  it("with a shared name are resolved by the service", async () => {
    const desk = { Id: guidOf("Finance desk"), Permission: "SendOnBehalf" };
    const jans = seedState()
      .objects.filter(({ DisplayName }) => DisplayName === "Jan de Vries")
      .map(({ Guid }) => String(Guid));
    for (const referencesShownAs of ["Guid", "Name", "DisplayName"] as const) {
      prepare(bench, { referencesShownAs, trusteesShownAs: "Guid" });
      const records = await all("sharedMailboxes", "holders", separate);
      expect(holdersOf(records, desk), referencesShownAs).toEqual([...jans].sort());
    }
  });

  it("can have the name of a guest, as Anna Bakker has", async () => {
    for (const trusteesShownAs of ["DisplayName", "Name", "UserPrincipalName", "Guid"] as const) {
      prepare(bench, { trusteesShownAs });
      const records = await all("sharedMailboxes", "holders", separate);
      expect(
        holdersOf(records, { Id: guidOf("Sales"), Permission: "FullAccess" }),
        trusteesShownAs,
      ).toEqual([anna]);
    }
  });
});

describe("an import of rights on marked mailboxes", () => {
  const give = ({ mailboxPermissions, recipientPermissions, objects }: State): void => {
    const named = (name: string): Record<string, unknown> =>
      objects.find(({ DisplayName }) => DisplayName === name) ?? {};
    mailboxPermissions?.push(
      { mailbox: guidOf("Press"), trustee: chris, rights: ["FullAccess"] },
      { mailbox: guidOf("Press"), trustee: bas, rights: ["FullAccess"] },
    );
    recipientPermissions?.push(
      { recipient: guidOf("Press"), trustee: chris, rights: ["SendAs"] },
      { recipient: guidOf("Invoices"), trustee: bas, rights: ["SendAs"] },
    );
    Object.assign(named("Press"), { GrantSendOnBehalfTo: [daan] });
    Object.assign(named("Invoices"), { GrantSendOnBehalfTo: [] });
  };
  const press = guidOf("Press");
  const invoices = guidOf("Invoices");
  const record = (
    Reference: string,
    label: string,
    SubPermissionReference: Record<string, unknown>,
    SubPermissionDisplayName: string,
    Description: string,
    ...holders: string[]
  ): Imported => ({
    PermissionReference: { Reference },
    DisplayName: `Permission - Shared Mailbox${label}`,
    SubPermissionReference,
    SubPermissionDisplayName,
    Description,
    AccountReferences: holders as Imported["AccountReferences"],
  });

  it("yields each right as a part of one permission", async () => {
    prepare(bench, {}, give);
    expect(
      sorted(await all("sharedMailboxes", "partHolders", everyRight, { way: "asBundle" })),
    ).toEqual(
      sorted([
        record(
          "smb",
          "",
          { Id: `FullAccess-${press}` },
          "FullAccess-Press",
          "press@contoso.com",
          chris,
          bas,
        ),
        record("smb", "", { Id: `SendAs-${press}` }, "SendAs-Press", "press@contoso.com", chris),
        record(
          "smb",
          "",
          { Id: `SendOnBehalf-${press}` },
          "SendOnBehalf-Press",
          "press@contoso.com",
          daan,
        ),
        record(
          "smb",
          "",
          { Id: `SendAs-${invoices}` },
          "SendAs-Invoices",
          "invoices@contoso.com",
          bas,
        ),
      ]),
    );
  });

  it("yields each mailbox as a part of a permission for one right", async () => {
    prepare(bench, {}, give);
    expect(
      sorted(await all("sharedMailboxes", "partHolders", separate, { way: "asBundle" })),
    ).toEqual(
      sorted([
        record(
          "FullAccess",
          " - Full Access",
          { Id: press, Permission: "FullAccess" },
          "Press",
          "press@contoso.com",
          chris,
          bas,
        ),
        record(
          "SendAs",
          " - Send As",
          { Id: press, Permission: "SendAs" },
          "Press",
          "press@contoso.com",
          chris,
        ),
        record(
          "SendOnBehalf",
          " - Send on Behalf",
          { Id: press, Permission: "SendOnBehalf" },
          "Press",
          "press@contoso.com",
          daan,
        ),
        record(
          "SendAs",
          " - Send As",
          { Id: invoices, Permission: "SendAs" },
          "Invoices",
          "invoices@contoso.com",
          bas,
        ),
      ]),
    );
  });

  it.each<[string, SetName, Record<string, unknown>, string]>([
    ["groups", "groups", {}, "dg"],
    ["rights together", "sharedMailboxes", {}, "smb"],
    ["one right", "sharedMailboxes", separate, "SendAs"],
  ])(
    "gives the references and names that a grant puts on record: %s",
    async (_name, set, configuration, Reference) => {
      const petra = guidOf("Petra Proxies");
      const { answer } = await sets[set].parts.here(
        bench,
        subPermissionsEventFor(bench.running, {
          account: petra,
          permission: { Reference },
          contracts: [contractOf("D-SALES"), contractOf("D-FINANCE")],
          configuration,
        }),
      );
      const records = (await all(set, "partHolders", configuration)).filter(
        ({ AccountReferences }) => AccountReferences.includes(petra),
      );
      const found = records.map((one) => ({
        DisplayName: one.SubPermissionDisplayName,
        Reference: one.SubPermissionReference,
      }));
      const order = (list: readonly unknown[]): string[] =>
        list.map((one) => JSON.stringify(one)).sort();
      expect(order(found)).toEqual(order(answer.outputContext.SubPermissions));
      expect(
        records.every(({ PermissionReference }) => PermissionReference["Reference"] === Reference),
      ).toBe(true);
    },
  );
});

describe("names of imported permissions", () => {
  const called = (DisplayName: string): void =>
    prepare(bench, {}, ({ mailboxPermissions, recipientPermissions }, named) => {
      const address = `${"a".repeat(120)}@contoso.com`;
      Object.assign(named("Sales team"), { DisplayName, EmailAddresses: [`SMTP:${address}`] });
      Object.assign(named("Press"), { DisplayName, UserPrincipalName: address });
      mailboxPermissions?.push({
        mailbox: guidOf("Press"),
        trustee: chris,
        rights: ["FullAccess"],
      });
      recipientPermissions?.push({
        recipient: guidOf("Press"),
        trustee: chris,
        rights: ["SendAs"],
      });
    });
  const keep = async (
    set: SetName,
    name: ImportName,
    configuration: Record<string, unknown>,
  ): Promise<void> => {
    const records = await all(set, name, configuration);
    expect(records.some(({ Description }) => Description === "a".repeat(100))).toBe(true);
  };
  const imports: [SetName, ImportName, Record<string, unknown>][] = [
    ["groups", "holders", {}],
    ["groups", "partHolders", {}],
    ["sharedMailboxes", "holders", {}],
    ["sharedMailboxes", "holders", separate],
    ["sharedMailboxes", "partHolders", {}],
    ["sharedMailboxes", "partHolders", separate],
  ];

  it.each(imports)(
    "are cut to what the platform accepts: %s, %s, %o",
    async (set, name, configuration) => {
      called("🦊".repeat(120));
      await keep(set, name, configuration);
    },
  );

  it.each(imports)(
    "exist also for objects without a name: %s, %s, %o",
    async (set, name, configuration) => {
      called("");
      await keep(set, name, configuration);
    },
  );
});

describe("account references", () => {
  it("equal those of the import of accounts exactly", async () => {
    prepare(bench, {}, ({ objects }) => {
      // As directories have it now and then.
      for (const object of objects.slice(30, 40))
        object["Guid"] = String(object["Guid"]).toUpperCase();
    });
    const guids = new Map(
      bench.emulator.state().objects.map(({ Guid }) => [String(Guid).toLowerCase(), String(Guid)]),
    );
    const { emulator } = bench;
    const state = structuredClone(emulator.state()) as State;
    for (const object of state.objects)
      for (const list of ["Members", "GrantSendOnBehalfTo"])
        if (list in object)
          object[list] = (object[list] as string[]).map((guid) => guids.get(guid) ?? guid);
    for (const entry of [
      ...(state.mailboxPermissions ?? []),
      ...(state.recipientPermissions ?? []),
    ])
      entry.trustee = guids.get(entry.trustee) ?? entry.trustee;
    emulator.replaceState(state);
    const { records } = await runnerOf("lifecycle/import", importAccounts, importAnswer).here(
      bench,
      accountImportFor(bench.running),
    );
    const accounts = new Set(
      (records as { AccountReference: string }[]).map(({ AccountReference }) => AccountReference),
    );
    const found = new Set<string>();
    for (const [set, name, configuration] of [
      ["groups", "holders", {}],
      ["groups", "partHolders", {}],
      ["sharedMailboxes", "holders", separate],
      ["sharedMailboxes", "holders", {}],
      ["sharedMailboxes", "partHolders", {}],
    ] as const) {
      for (const { AccountReferences } of await all(set, name, configuration))
        for (const reference of AccountReferences) found.add(reference);
    }
    expect([...found].filter((reference) => !accounts.has(reference))).toEqual([]);
    expect(
      [...found].filter((reference) => reference !== reference.toLowerCase()).length,
    ).toBeGreaterThan(2);
  });
});

describe("a dry run", () => {
  it.each<[string, SetName, ImportName, Record<string, unknown>]>([
    ["groups", "groups", "holders", {}],
    ["mailboxes", "sharedMailboxes", "holders", {}],
    ["mailboxes by right", "sharedMailboxes", "holders", separate],
  ])(
    "shows a sample of 50, and requests no more than that takes: %s",
    async (_name, set, name, configuration) => {
      bench.emulator.replaceState(
        set === "groups" ? manyGroups(1_400, 2, 30) : manySharedMailboxes(400, 30),
      );
      bench.emulator.clearJournal();
      const dry = await all(set, name, configuration, { dryRun: true });
      expect(dry).toHaveLength(50);
      const asked = (): number =>
        bench.emulator.journal().flatMap(({ items = [] }) => items).length;
      expect(asked()).toBeLessThan(350);
      const whole = new Set((await all(set, name, configuration)).map(keyOf));
      expect(dry.filter((record) => !whole.has(keyOf(record)))).toEqual([]);
      expect(whole.size).toBeGreaterThan(50);
    },
  );
});

describe("an object that cannot be read", () => {
  /** An item of a batch fails, and so does asking for it by itself. */
  const unreadable = (
    cmdlet: string,
    answer: NonNullable<Fault["answer"]> = { status: 403, body: "" },
  ): Fault[] => [
    { match: { cmdlet, item: true }, times: 1, answer },
    { match: { cmdlet }, answer },
  ];

  it.each<[string, SetName, ImportName, Record<string, unknown>, string, string]>([
    ["group", "groups", "holders", {}, "Get-DistributionGroupMember", "Sales team"],
    ["group", "groups", "partHolders", {}, "Get-DistributionGroupMember", "Sales team"],
    ["mailbox", "sharedMailboxes", "holders", separate, "Get-MailboxPermission", "Sales"],
    ["mailbox", "sharedMailboxes", "partHolders", {}, "Get-MailboxPermission", "Invoices"],
  ])(
    "stops no other, but the import has failed and names it: a %s (%s, %s)",
    async (what, set, name, configuration, cmdlet, missing) => {
      const give = ({ mailboxPermissions }: State): void =>
        void mailboxPermissions?.push({
          mailbox: guidOf("Press"),
          trustee: chris,
          rights: ["FullAccess"],
        });
      prepare(bench, {}, give);
      const whole = await all(set, name, configuration);
      bench.emulator.setFaults(unreadable(cmdlet));
      const { records, run } = await imported(set, name, configuration);
      expect(run.answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
      expect(run.messages).toEqual([
        expect.stringMatching(
          new RegExp(
            `^The import is incomplete: 1 ${what} could not be read \\("${missing}" ` +
              `<.*>.*\\)\\. The application may not run ${cmdlet}`,
          ),
        ),
      ]);
      const id = guidOf(missing);
      expect(sorted(records)).toEqual(
        sorted(whole.filter((record) => !keyOf(record).includes(id))),
      );
      expect(records.length).toBeGreaterThan(0);
    },
  );

  it("is counted with the others, of which eight are named", async () => {
    bench.emulator.replaceState(manyGroups(25, 2, 30));
    const answer = { status: 403, body: "" };
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-DistributionGroupMember", item: true }, times: 12, answer },
      { match: { cmdlet: "Get-DistributionGroupMember" }, answer },
    ]);
    const { records, run } = await imported("groups", "holders");
    expect(records).toHaveLength(13);
    expect(run.messages[0]).toMatch(
      /^The import is incomplete: 12 groups could not be read \(("Group \d+" <[^>]*> \([^)]*\)(, )?){8} and 4 more\)\. /,
    );
  });

  it("because it was deleted meanwhile is left out", async () => {
    const gone = (identity: string): NonNullable<Fault["answer"]> => ({
      status: 404,
      body: {
        error: {
          code: "NotFound",
          message: "x",
          details: [
            {
              message:
                "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The " +
                `operation couldn't be performed because object '${identity}' couldn't be ` +
                "found on 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'.",
            },
          ],
        },
      },
    });
    const answer = gone(guidOf("Sales team"));
    const members = unreadable("Get-DistributionGroupMember", answer);
    bench.emulator.setFaults([
      ...members,
      // The list of groups still has it; every look for it does not.
      { match: { cmdlet: "Get-DistributionGroup" }, skip: 1, answer },
      { match: { cmdlet: "Get-Recipient" }, answer },
    ]);
    const records = await all("groups", "holders");
    expect(records).toHaveLength(3);
    expect(holdersOf(records, { Id: guidOf("Sales team") })).toEqual([]);
    // One "not found" proves nothing.
    bench.emulator.setFaults(members);
    const { run } = await imported("groups", "holders");
    expect(run.messages[0]).toContain("The import is incomplete: 1 group could not be read");
  });

  it.each<[SetName, Record<string, unknown>, string, number]>([
    ["groups", {}, "Get-DistributionGroupMember", 4],
    ["sharedMailboxes", separate, "Get-MailboxPermission", 20],
  ])(
    "at first and then is, is imported like the others: %s",
    async (set, configuration, cmdlet, least) => {
      const whole = await all(set, "holders", configuration);
      expect(whole.length).toBeGreaterThanOrEqual(Math.min(least, whole.length));
      for (const fault of [
        { match: { cmdlet, item: true as const }, times: 2, answer: { status: 403, body: "" } },
        { match: { cmdlet, item: true as const }, times: 2, drop: true as const },
      ]) {
        bench.emulator.setFaults([fault]);
        expect(sorted(await all(set, "holders", configuration))).toEqual(sorted(whole));
      }
    },
  );

  it.each<[string, SetName, string]>([
    ["the groups", "groups", "Get-DistributionGroup"],
    ["the mailboxes", "sharedMailboxes", "Get-Mailbox"],
    ["the recipients", "sharedMailboxes", "Get-Recipient"],
    ["who may send as whom", "sharedMailboxes", "Get-RecipientPermission"],
    ["the users, when one is needed", "sharedMailboxes", "Get-User"],
  ])("fails the import when it is the list of %s", async (_name, set, cmdlet) => {
    bench.emulator.setFaults([{ match: { cmdlet }, named: "forbiddenNul" }]);
    const { run } = await imported(set, "holders", separate);
    expect(run.answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
  });

  it("completely counts as not read", async () => {
    bench.emulator.replaceState(manyGroups(2, 1_100, 1_100));
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-DistributionGroupMember", page: 2 }, named: "forbiddenNul" },
    ]);
    const { run } = await imported("groups", "holders");
    expect(run.messages).toEqual([
      expect.stringMatching(/^The import is incomplete: 2 groups could not be read /),
    ]);
  });
});

/** Nobody in the tenant has it. */
function goneSid(index: number): string {
  return `S-1-5-21-3735928559-3735928559-3735928559-${1000 + index}`;
}
