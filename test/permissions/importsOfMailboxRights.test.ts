import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { manySharedMailboxes, seedState } from "../emulator/seed.ts";
import type { Behaviour, State } from "../emulator/state.ts";
import { contractOf, subPermissionsEventFor } from "../events.ts";
import { Bench, guidOf } from "../bench.ts";
import { everyRight, prepare, sets } from "./sets.ts";
import {
  allRecords,
  anna,
  bas,
  chris,
  daan,
  femke,
  holdersOf,
  type Imported,
  separate,
  type SetName,
  sorted,
  talkOf,
} from "./importing.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

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
    expect(sorted(await allRecords(bench, "sharedMailboxes", "holders", separate))).toEqual(
      sorted(byRight),
    );
    const asOne = boxes.map(({ guid, name, by }) =>
      recordFor({ Id: guid }, `Shared Mailbox - ${name}`, address(name), by.FullAccess),
    );
    expect(sorted(await allRecords(bench, "sharedMailboxes", "holders", everyRight))).toEqual(
      sorted(asOne),
    );
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
    const records = await allRecords(bench, "sharedMailboxes", "holders", separate);
    for (const { guid, by } of stored(state))
      expect(holdersOf(records, { Id: guid, Permission: "SendAs" })).toEqual([...by.SendAs].sort());
  });

  it("yields the seeded tenant as one entitlement per mailbox, for accounts with all its rights", async () => {
    expect(await allRecords(bench, "sharedMailboxes", "holders")).toEqual([
      {
        PermissionReference: { Id: guidOf("Sales") },
        Description: "sales@contoso.com",
        DisplayName: "Shared Mailbox - Sales",
        AccountReferences: [anna],
      },
    ]);
    expect(await talkOf(bench, "sharedMailboxes", "holders")).toContainEqual(
      expect.stringMatching(
        /^warning: Not imported: \d+ cases in which an account has some, but not all, rights of an entitlement \(/,
      ),
    );
  });

  it("yields the rights as one entitlement per right", async () => {
    const records = await allRecords(bench, "sharedMailboxes", "holders", separate);
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
    expect(await talkOf(bench, "sharedMailboxes", "holders")).toContainEqual(
      expect.stringMatching(/^warning: Not imported: 5 cases in which an account has some/),
    );
    expect(
      (await allRecords(bench, "sharedMailboxes", "holders")).flatMap(
        ({ AccountReferences }) => AccountReferences,
      ),
    ).toHaveLength(90 - 5);
    expect(
      (
        await talkOf(bench, "sharedMailboxes", "holders", { SharedMailboxRights: "FullAccess" })
      ).join("\n"),
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
      holdersOf(await allRecords(bench, "sharedMailboxes", "holders", separate), {
        Id: guidOf("Info"),
        Permission: "FullAccess",
      }),
    ).toEqual([chris]);
    expect((await talkOf(bench, "sharedMailboxes", "holders", separate)).join("\n")).not.toMatch(
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
      holdersOf(await allRecords(bench, "sharedMailboxes", "holders", separate), {
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
    expect(
      holdersOf(await allRecords(bench, "sharedMailboxes", "holders", separate), room),
    ).toEqual([]);
    expect(
      holdersOf(await allRecords(bench, "sharedMailboxes", "holders", configuration), room),
    ).toEqual([chris]);
    expect(
      holdersOf(
        await allRecords(bench, "sharedMailboxes", "holders", {
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
    const log = await talkOf(bench, "sharedMailboxes", "holders", separate);
    const lineOf = (start: string): string | undefined =>
      log.find((line) => line.startsWith(`${start} (`));
    const unknown = lineOf(
      "warning: Not imported: 707 entries of 400 trustees that match no recipient or user, such as accounts that " +
        "no longer exist",
    );
    expect(unknown).toContain(`"${goneSid(0)}" on "`);
    expect(unknown).toContain("and 392 more).");
    const others = lineOf(
      "information: Not imported: 5 entries of 3 trustees that are not mailboxes of persons",
    );
    expect(others).toContain('"Finance rights" on "Finance desk"');
  });

  it("with a shared name are resolved by the service", async () => {
    const desk = { Id: guidOf("Finance desk"), Permission: "SendOnBehalf" };
    const jans = seedState()
      .objects.filter(({ DisplayName }) => DisplayName === "Jan de Vries")
      .map(({ Guid }) => String(Guid));
    for (const referencesShownAs of ["Guid", "Name", "DisplayName"] as const) {
      prepare(bench, { referencesShownAs, trusteesShownAs: "Guid" });
      const records = await allRecords(bench, "sharedMailboxes", "holders", separate);
      expect(holdersOf(records, desk), referencesShownAs).toEqual([...jans].sort());
    }
  });

  it("can have the name of a guest, as Anna Bakker has", async () => {
    for (const trusteesShownAs of ["DisplayName", "Name", "UserPrincipalName", "Guid"] as const) {
      prepare(bench, { trusteesShownAs });
      const records = await allRecords(bench, "sharedMailboxes", "holders", separate);
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
    expect(sorted(await allRecords(bench, "sharedMailboxes", "partHolders", everyRight))).toEqual(
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
    expect(sorted(await allRecords(bench, "sharedMailboxes", "partHolders", separate))).toEqual(
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
      const records = (await allRecords(bench, set, "partHolders", configuration)).filter(
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

/** Nobody in the tenant has it. */
function goneSid(index: number): string {
  return `S-1-5-21-3735928559-3735928559-3735928559-${1000 + index}`;
}
