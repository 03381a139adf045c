import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Behaviour } from "../emulator/state.ts";
import { Bench, guidOf } from "../bench.ts";
import { prepare } from "./sets.ts";
import { allRecords, holdersOf, type Imported, people, sorted, talkOf } from "./importing.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

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
    expect(sorted(await allRecords(bench, "groups", "holders"))).toEqual(sorted(expected()));
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
    expect(await talkOf(bench, "groups", "holders")).toContain(
      "information: Not imported: 4 members that are not mailboxes of persons (not of the " +
        "types UserMailbox), such as contacts, guests and groups.",
    );
    const records = await allRecords(bench, "groups", "holders", {
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
    expect(sorted(await allRecords(bench, "groups", "holders"))).toEqual(sorted(expected()));
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
    expect(sorted(await allRecords(bench, "groups", "partHolders"))).toEqual(sorted(parts));
  });

  it("uses the configured marker", async () => {
    prepare(bench, {}, (_, named) => (named("Newsletter")["CustomAttribute9"] = "It's ours"));
    const records = await allRecords(bench, "groups", "partHolders", {
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
      expect(await allRecords(bench, set, "partHolders", configuration)).toEqual([]);
      expect(await talkOf(bench, set, "partHolders", configuration)).toContain(message);
    }
    expect((await talkOf(bench, "groups", "partHolders")).join("\n")).not.toContain(
      "so nothing is imported",
    );
    expect((await talkOf(bench, "sharedMailboxes", "partHolders")).join("\n")).not.toContain(
      "so nothing is imported",
    );
  });
});
