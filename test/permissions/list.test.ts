import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { manyGroups, manySharedMailboxes } from "../emulator/seed.ts";
import { readingEventFor } from "../events.ts";
import { Bench, guidOf } from "../bench.ts";
import { assertRoundTrip, byId, listed, separate, type SetName } from "./listing.ts";
import { prepare, sets } from "./sets.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

/** The objects of these types that are there. */
const there = (...types: string[]): Record<string, unknown>[] =>
  bench.emulator
    .state()
    .objects.filter(
      (object) =>
        types.includes(String(object["RecipientTypeDetails"])) &&
        object["IsSoftDeletedByRemove"] !== true,
    );
describe("groups", () => {
  it("are listed as existing installations have them", async () => {
    const permissions = await listed(bench, "groups");
    expect(byId(permissions)).toEqual(
      byId([
        {
          Identification: { Id: guidOf("Sales team") },
          DisplayName: "Distribution Group - Sales team",
        },
        {
          Identification: { Id: guidOf("Newsletter") },
          DisplayName: "Distribution Group - Newsletter",
        },
        {
          Identification: { Id: guidOf("Finance rights") },
          DisplayName: "Mail-enabled Security Group - Finance rights",
        },
        {
          Identification: { Id: guidOf("Care mornings") },
          DisplayName: "Distribution Group - Care mornings",
        },
        {
          Identification: { Id: guidOf("Care evenings") },
          DisplayName: "Distribution Group - Care evenings",
        },
        {
          Identification: { Id: guidOf("Rooms Nijmegen") },
          DisplayName: "Distribution Group - Rooms Nijmegen",
        },
      ]),
    );
  });

  it(
    "that Exchange does not master, that have no members of their own, or that are of another " +
      "kind are not",
    async () => {
      prepare(bench, {}, (_, named) => (named("Newsletter")["IsDirSynced"] = true));
      const ids = (await listed(bench, "groups")).map(({ Identification }) => Identification["Id"]);
      expect(ids).toHaveLength(5);
      for (const name of ["Newsletter", "Synced rights", "Everyone in Care", "All Staff", "Sales"])
        expect(ids, name).not.toContain(guidOf(name));
    },
  );

  it("are all listed when there are more than the default page size", async () => {
    bench.emulator.replaceState(manyGroups(2_350, 0, 1));
    bench.emulator.clearJournal();
    const permissions = await listed(bench, "groups");
    expect(new Set(permissions.map(({ Identification }) => Identification["Id"]))).toEqual(
      new Set(there("MailUniversalDistributionGroup").map(({ Guid }) => Guid)),
    );
    expect(permissions).toHaveLength(2_350);
    expect(bench.cmdlets()).toEqual([
      "Get-DistributionGroup",
      "Get-DistributionGroup",
      "Get-DistributionGroup",
    ]);
  });

  it("are none in a tenant without any", async () => {
    prepare(bench, {}, (state) => (state.objects = []));
    expect(await listed(bench, "groups")).toEqual([]);
  });
});

const rightLabels = [
  ["FullAccess", "Full Access"],
  ["SendAs", "Send As"],
  ["SendOnBehalf", "Send on Behalf"],
] as const;

describe("shared mailboxes", () => {
  it("are listed together as existing installations have them", async () => {
    const permissions = await listed(bench, "sharedMailboxes");
    expect(byId(permissions)).toEqual(
      byId(
        there("SharedMailbox").map(({ Guid, DisplayName }) => ({
          Identification: { Id: Guid },
          DisplayName: `Shared Mailbox - ${String(DisplayName)}`,
        })),
      ),
    );
    expect(permissions).toContainEqual({
      Identification: { Id: guidOf("HR & Payroll") },
      DisplayName: "Shared Mailbox - HR & Payroll",
    });
  });

  it("are listed by right as existing installations have them", async () => {
    const permissions = await listed(bench, "sharedMailboxes", separate);
    expect(byId(permissions)).toEqual(
      byId(
        there("SharedMailbox").flatMap(({ Guid, DisplayName }) =>
          rightLabels.map(([Permission, label]) => ({
            Identification: { Id: Guid, Permission },
            DisplayName: `Shared Mailbox - ${String(DisplayName)} - ${label}`,
          })),
        ),
      ),
    );
  });

  it("are of the types that the configuration names", async () => {
    const permissions = await listed(bench, "sharedMailboxes", {
      SharedMailboxTypes: "RoomMailbox, usermailbox",
    });
    expect(permissions.map(({ Identification }) => Identification["Id"]).sort()).toEqual(
      there("RoomMailbox", "UserMailbox")
        .map(({ Guid }) => Guid)
        .sort(),
    );
  });

  it("are all listed when there are more than the default page size", async () => {
    bench.emulator.replaceState(manySharedMailboxes(1_203, 3));
    expect(await listed(bench, "sharedMailboxes", separate)).toHaveLength(3 * 1_203);
  });
});

const longName = `${"Coordination of foxes and other animals ".repeat(3).slice(0, 99)}🦊 in the wild`;

describe("names", () => {
  it.each<[SetName, Record<string, unknown>, string, string]>([
    ["groups", {}, "Newsletter", "Distribution Group - "],
    ["groups", {}, "Finance rights", "Mail-enabled Security Group - "],
    ["sharedMailboxes", {}, "Info", "Shared Mailbox - "],
  ])("of %s are cut to 100 characters (%o, %s)", async (set, configuration, name, prefix) => {
    prepare(bench, {}, (_, named) => (named(name)["DisplayName"] = longName));
    const permission = (await listed(bench, set, configuration)).find(
      ({ Identification }) => Identification["Id"] === guidOf(name),
    );
    expect(permission?.DisplayName).toBe(`${prefix}${longName}`.slice(0, 100).trimEnd());
  });

  it("are cut before the right, and end with a whole character", async () => {
    const prefix = "Shared Mailbox - ";
    // The 83rd unit is the first half of the fox.
    const DisplayName = `${"a".repeat(82 - prefix.length)}🦊 and more`;
    prepare(bench, {}, (_, named) => (named("Info")["DisplayName"] = DisplayName));
    const names = (await listed(bench, "sharedMailboxes", separate))
      .filter(({ Identification }) => Identification["Id"] === guidOf("Info"))
      .map((permission) => permission.DisplayName);
    expect(names).toEqual(
      rightLabels.map(([, label]) => `${prefix}${"a".repeat(82 - prefix.length)} - ${label}`),
    );
    prepare(bench, {}, (_, named) => (named("Info")["DisplayName"] = "b".repeat(200)));
    const [, , longest] = (await listed(bench, "sharedMailboxes", separate)).filter(
      ({ Identification }) => Identification["Id"] === guidOf("Info"),
    );
    expect(longest?.DisplayName).toBe(
      `${prefix}${"b".repeat(83 - prefix.length)} - Send on Behalf`,
    );
    expect(longest?.DisplayName).toHaveLength(100);
  });

  it.each<SetName>(["groups", "sharedMailboxes"])("are there for nameless %s too", async (set) => {
    prepare(bench, {}, (_, named) => {
      named("Newsletter")["DisplayName"] = "";
      named("Info")["DisplayName"] = "";
    });
    expect(
      (await listed(bench, set)).every(({ DisplayName }) => DisplayName.trim().length > 10),
    ).toBe(true);
  });
});

describe("an incomplete list", () => {
  it.each<[SetName, string]>([
    ["groups", "Get-DistributionGroup"],
    ["sharedMailboxes", "Get-Mailbox"],
  ])("is a fault: %s", async (set, cmdlet) => {
    bench.emulator.replaceState(
      set === "groups" ? manyGroups(1_100, 0, 1) : manySharedMailboxes(1_100, 3),
    );
    bench.emulator.setFaults([
      {
        match: { cmdlet, page: 2 },
        answer: {
          status: 500,
          body: { error: { code: "InternalServerError", message: "Something went wrong." } },
        },
      },
    ]);
    const { answer } = await sets[set].list.here(bench, readingEventFor(bench.running), {
      EXO_CONNECTOR_DEADLINE_MS: "900",
    });
    expect(answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(answer.outputContext).not.toHaveProperty("Permissions");
  });

  it("is a fault too when the service itself reports it", async () => {
    bench.emulator.setFaults([
      {
        match: { cmdlet: "Get-DistributionGroup" },
        answer: {
          status: 200,
          body: {
            value: [],
            "@adminapi.warnings": [
              "There are more results available than are currently displayed. To view them, " +
                "increase the value for the ResultSize parameter.",
            ],
          },
        },
      },
    ]);
    const { answer } = await sets.groups.list.here(bench, readingEventFor(bench.running));
    expect(answer.outputContext.Success).toBe(false);
    expect(answer.outputContext).not.toHaveProperty("Permissions");
  });

  it("fails a dry run as well, which lists everything", async () => {
    const { answer } = await sets.groups.list.here(
      bench,
      readingEventFor(bench.running, { dryRun: true }),
    );
    expect(answer.outputContext.Permissions).toEqual(await listed(bench, "groups"));
  });
});

describe("a listed permission is granted, imported and revoked by one reference and name", () => {
  // The other forms of the configuration are in list.long.test.ts.
  it.each<[string, SetName, Record<string, unknown>]>([
    ["groups", "groups", {}],
    ["shared mailboxes, together", "sharedMailboxes", {}],
    [
      "rights on mailboxes of other types",
      "sharedMailboxes",
      { ...separate, SharedMailboxTypes: "EquipmentMailbox" },
    ],
  ])("%s", (_name, set, configuration) => assertRoundTrip(bench, set, configuration));
});
