import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { importAnswer } from "../generated/answers.ts";
import importAccounts from "../../lifecycle/import.ts";
import type { Fault } from "../emulator/faults.ts";
import { manyGroups, manySharedMailboxes } from "../emulator/seed.ts";
import type { State } from "../emulator/state.ts";
import { accountImportFor } from "../events.ts";
import { Bench, guidOf, runnerOf } from "../bench.ts";
import { prepare } from "./sets.ts";
import {
  allRecords,
  chris,
  holdersOf,
  imported,
  type ImportName,
  keyOf,
  separate,
  type SetName,
  sorted,
} from "./importing.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

describe("blocks of 500 accounts", () => {
  it.each([
    [499, [499]],
    [500, [500]],
    [501, [500, 1]],
    [1_000, [500, 500]],
    [2_250, [500, 500, 500, 500, 250]],
  ])("hold the members of a group of %i", async (members, blocks) => {
    bench.emulator.replaceState(manyGroups(1, members, members));
    const records = await allRecords(bench, "groups", "holders");
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
    const records = await allRecords(bench, "sharedMailboxes", "holders");
    expect(records.map(({ AccountReferences }) => AccountReferences.length)).toEqual([
      500, 500, 203,
    ]);
    expect(new Set(records.flatMap(({ AccountReferences }) => AccountReferences))).toEqual(
      new Set(everybody),
    );
  });
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
    const records = await allRecords(bench, set, name, configuration);
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
      for (const { AccountReferences } of await allRecords(bench, set, name, configuration))
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
        set === "groups" ? manyGroups(400, 2, 30) : manySharedMailboxes(400, 30),
      );
      bench.emulator.clearJournal();
      const dry = await allRecords(bench, set, name, configuration, { dryRun: true });
      expect(dry).toHaveLength(50);
      const asked = (): number =>
        bench.emulator.journal().flatMap(({ items = [] }) => items).length;
      expect(asked()).toBeLessThan(350);
      const whole = new Set((await allRecords(bench, set, name, configuration)).map(keyOf));
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
      const whole = await allRecords(bench, set, name, configuration);
      bench.emulator.setFaults(unreadable(cmdlet));
      const { records, run } = await imported(bench, set, name, configuration);
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
    const { records, run } = await imported(bench, "groups", "holders");
    expect(records).toHaveLength(13);
    const eight = Array.from({ length: 8 }, () => /"Group \d+" <[^>]*> \([^)]*\)/.source).join(
      ", ",
    );
    expect(run.messages[0]).toMatch(
      new RegExp(
        `^The import is incomplete: 12 groups could not be read \\(${eight} and 4 more\\)\\. `,
      ),
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
    const records = await allRecords(bench, "groups", "holders");
    expect(records).toHaveLength(3);
    expect(holdersOf(records, { Id: guidOf("Sales team") })).toEqual([]);
    // One "not found" proves nothing.
    bench.emulator.setFaults(members);
    const { run } = await imported(bench, "groups", "holders");
    expect(run.messages[0]).toContain("The import is incomplete: 1 group could not be read");
  });

  it.each<[SetName, Record<string, unknown>, string, number]>([
    ["groups", {}, "Get-DistributionGroupMember", 4],
    ["sharedMailboxes", separate, "Get-MailboxPermission", 20],
  ])(
    "at first and then is, is imported like the others: %s",
    async (set, configuration, cmdlet, least) => {
      const whole = await allRecords(bench, set, "holders", configuration);
      expect(whole.length).toBeGreaterThanOrEqual(Math.min(least, whole.length));
      for (const fault of [
        { match: { cmdlet, item: true as const }, times: 2, answer: { status: 403, body: "" } },
        { match: { cmdlet, item: true as const }, times: 2, drop: true as const },
      ]) {
        bench.emulator.setFaults([fault]);
        expect(sorted(await allRecords(bench, set, "holders", configuration))).toEqual(
          sorted(whole),
        );
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
    const { run } = await imported(bench, set, "holders", separate);
    expect(run.answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
  });

  it("completely counts as not read", async () => {
    bench.emulator.replaceState(manyGroups(2, 1_100, 1_100));
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-DistributionGroupMember", page: 2 }, named: "forbiddenNul" },
    ]);
    const { run } = await imported(bench, "groups", "holders");
    expect(run.messages).toEqual([
      expect.stringMatching(/^The import is incomplete: 2 groups could not be read /),
    ]);
  });
});
