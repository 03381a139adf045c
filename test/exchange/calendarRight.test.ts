import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  setCalendarRight,
  entryOf,
  presentRight,
  readingEntries,
} from "../../lib/exchange/calendarEntries.ts";
import { calendarOf } from "../../lib/exchange/calendar.ts";
import {
  calendarRightFrom,
  describedRight,
  documentedRight,
  isEveryone,
  sameRight,
  type CalendarRight,
} from "../../lib/exchange/calendarRight.ts";
import { liveTenant, type Live } from "./live.ts";
import { faultOf } from "./scripted.ts";
import type { ExchangeStep } from "../../lib/exchange/target.ts";
import { named, right } from "./calendarSamples.ts";

type Given = Parameters<typeof calendarRightFrom>[0];

const singles = [
  "CreateItems",
  "CreateSubfolders",
  "DeleteAllItems",
  "DeleteOwnedItems",
  "EditAllItems",
  "EditOwnedItems",
  "FolderContact",
  "FolderOwner",
  "FolderVisible",
  "ReadItems",
];
const roles = [
  "Author",
  "Contributor",
  "Editor",
  "NonEditingAuthor",
  "Owner",
  "PublishingAuthor",
  "PublishingEditor",
  "Reviewer",
];
const calendarRoles = ["AvailabilityOnly", "LimitedDetails"];

const valid: [string, Given, Partial<CalendarRight>][] = [
  ...[...roles, ...calendarRoles, "None", ...singles].map(
    (rights): [string, Given, Partial<CalendarRight>] => [
      `${rights} alone`,
      { user: named, rights },
      { user: named, rights: [rights], flags: [] },
    ],
  ),
  ...[...roles, ...calendarRoles, "None"].map((rights): [string, Given, Partial<CalendarRight>] => [
    `${rights} for everybody`,
    { user: "Default", rights },
    { user: "Default", rights: [rights] },
  ]),
  [
    "a role in any letter case",
    { user: named, rights: "aVAILABILITYoNLY" },
    { rights: ["AvailabilityOnly"] },
  ],
  [
    "blanks and commas around it",
    { user: ` ${named} `, rights: " , Reviewer ,, " },
    { user: named, rights: ["Reviewer"] },
  ],
  [
    "single rights, in any letter case",
    { user: named, rights: "folderVISIBLE, readitems ,CreateItems" },
    { rights: ["FolderVisible", "ReadItems", "CreateItems"] },
  ],
  ["all single rights", { user: named, rights: singles.join(",") }, { rights: singles }],
  [
    "a user by GUID",
    { user: "0b1ec700-0000-4000-8000-00000000000A", rights: "Reviewer" },
    { user: "0b1ec700-0000-4000-8000-00000000000A" },
  ],
  [
    "an address of another script",
    { user: "jürgen@müller.example", rights: "Reviewer" },
    { user: "jürgen@müller.example" },
  ],
  ["Anonymous", { user: "ANONYMOUS", rights: "LimitedDetails" }, { user: "ANONYMOUS" }],
  [
    "a delegate",
    { user: named, rights: "Editor", flags: "delegate" },
    { rights: ["Editor"], flags: ["Delegate"] },
  ],
  [
    "a delegate who sees private items",
    { user: named, rights: "editor", flags: " CanViewPrivateItems , DELEGATE" },
    { flags: ["CanViewPrivateItems", "Delegate"] },
  ],
  ["no flags, said as None", { user: "Default", rights: "Reviewer", flags: "none" }, { flags: [] }],
  ...["AvailabilityOnly", "LimitedDetails", "Reviewer", "Editor"].map(
    (rights): [string, Given, Partial<CalendarRight>] => [
      `${rights} with a notification`,
      { user: named, rights, notify: true },
      { rights: [rights], flags: [] },
    ],
  ),
];

const rolesAndRights =
  /a role \(None, AvailabilityOnly, LimitedDetails, Author, .*Reviewer\) or rights from CreateItems, .*ReadItems/
    .source;
const refused: [string, Given, RegExp][] = [
  [
    "no user",
    { user: "", rights: "Reviewer" },
    /expected Default, Anonymous, an address or a GUID/,
  ],
  [
    "a blank user",
    { user: " \t", rights: "Reviewer" },
    /expected Default, Anonymous, an address or a GUID/,
  ],
  ["a misspelt Default", { user: "Defalut", rights: "Reviewer" }, /is "[^"]+"; expected Default/],
  ["a display name", { user: "Dora Double", rights: "Reviewer" }, /expected Default/],
  ["an alias", { user: "dora.double", rights: "Reviewer" }, /expected Default/],
  ["two users", { user: `${named},${named}`, rights: "Reviewer" }, /expected Default/],
  ["half a GUID", { user: "0b1ec700-0000-4000-8000", rights: "Reviewer" }, /expected Default/],
  ["no right", { user: named, rights: "" }, /has no rights; expected a role or individual rights/],
  ["commas only", { user: named, rights: " , ," }, /has no rights/],
  [
    "text that is not a right",
    { user: named, rights: "FullAccess" },
    new RegExp(`"[^"]+" is not a calendar right; expected ${rolesAndRights}\\.`),
  ],
  [
    "rights without commas",
    { user: named, rights: "ReadItems FolderVisible" },
    /"[^"]{23}" is not a calendar right/,
  ],
  [
    "text that is not a right, among rights",
    { user: named, rights: "ReadItems,Read" },
    /"[^"]{4}" is not a calendar right/,
  ],
  [
    "a right twice",
    { user: named, rights: "ReadItems,readitems" },
    /contains a right twice: ReadItems, ReadItems/,
  ],
  ["a role twice", { user: named, rights: "Editor,Editor" }, /contains a right twice/],
  [
    "two roles",
    { user: named, rights: "Editor,Reviewer" },
    /combines a role with other rights: Editor, Reviewer;/,
  ],
  [
    "a role and a right in it",
    { user: named, rights: "Reviewer,ReadItems" },
    /combines a role with other rights/,
  ],
  [
    "a calendar's role and a right",
    { user: named, rights: "FolderVisible,AvailabilityOnly" },
    /combines a role with other rights/,
  ],
  [
    "None and a right",
    { user: named, rights: "None,ReadItems" },
    /combines a role with other rights/,
  ],
  [
    "text that is not a flag",
    { user: named, rights: "Editor", flags: "Delegat" },
    /"Delegat" is not a sharing flag; expected Delegate or CanViewPrivateItems/,
  ],
  [
    "flags without commas",
    { user: named, rights: "Editor", flags: "Delegate CanViewPrivateItems" },
    /is not a sharing flag; expected Delegate/,
  ],
  [
    "private items without the delegate",
    { user: named, rights: "Editor", flags: "CanViewPrivateItems" },
    /requires the flag Delegate/,
  ],
  ...[...roles.filter((role) => role !== "Editor"), ...calendarRoles, "None", singles.join()].map(
    (rights): [string, Given, RegExp] => [
      `a delegate with ${rights}`,
      { user: named, rights, flags: "Delegate" },
      /are only allowed with the role Editor of a named user/,
    ],
  ),
  [
    "everybody as a delegate",
    { user: "default", rights: "Editor", flags: "Delegate" },
    /only allowed with the role Editor of a named user/,
  ],
  [
    "Anonymous as a delegate",
    { user: "Anonymous", rights: "Editor", flags: "Delegate,CanViewPrivateItems" },
    /only allowed with the role Editor of a named user/,
  ],
  [
    "a delegate who is notified",
    { user: named, rights: "Editor", flags: "Delegate", notify: true },
    /removes the delegate flags/,
  ],
  ...[
    ...roles.filter((role) => !["Editor", "Reviewer"].includes(role)),
    "None",
    "ReadItems",
    "ReadItems,FolderVisible",
  ].map((rights): [string, Given, RegExp] => [
    `${rights} with a notification`,
    { user: named, rights, notify: true },
    /only possible for AvailabilityOnly, LimitedDetails, Reviewer, Editor;/,
  ]),
];

describe("a right on a calendar", () => {
  it.each(valid)("may be %s", (_name, given, right) => {
    expect(calendarRightFrom(given)).toMatchObject(right);
  });

  it.each(refused)("may not be of %s", async (_name, given, message) => {
    expect(await faultOf(() => calendarRightFrom(given))).toMatchObject({
      kind: "invalid",
      retryable: false,
      message: expect.stringMatching(message) as string,
    });
  });

  it("is shown as it is written", () => {
    expect(describedRight({ rights: ["Editor"], flags: ["Delegate", "CanViewPrivateItems"] })).toBe(
      "Editor, Delegate, CanViewPrivateItems",
    );
  });

  it("for everyone is that of Default and Anonymous, in any letter case", () => {
    expect(["Default", "default", "ANONYMOUS", "Anonymous"].map(isEveryone)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["Defaults", "xAnonymous", "", named].map(isEveryone)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("that no one chose is Exchange's default", () => {
    expect([documentedRight("default"), documentedRight("Anonymous")]).toEqual([
      { user: "default", rights: ["AvailabilityOnly"], flags: [] },
      { user: "Anonymous", rights: ["None"], flags: [] },
    ]);
  });
});

describe("two rights", () => {
  const sums: Record<string, string> = {
    Author: "CreateItems,DeleteOwnedItems,EditOwnedItems,FolderVisible,ReadItems",
    Contributor: "CreateItems,FolderVisible",
    Reviewer: "FolderVisible,ReadItems",
    Editor:
      "CreateItems,DeleteAllItems,DeleteOwnedItems,EditAllItems,EditOwnedItems,FolderVisible,ReadItems",
    NonEditingAuthor: "CreateItems,DeleteOwnedItems,FolderVisible,ReadItems",
    Owner: singles.join(),
    PublishingAuthor:
      "CreateItems,CreateSubfolders,DeleteOwnedItems,EditOwnedItems,FolderVisible,ReadItems",
    PublishingEditor:
      "CreateItems,CreateSubfolders,DeleteAllItems,DeleteOwnedItems,EditAllItems,EditOwnedItems," +
      "FolderVisible,ReadItems",
  };
  const all = [
    ...Object.keys(sums),
    "AvailabilityOnly",
    "LimitedDetails",
    "None",
    "FolderVisible",
    "CreateItems,EditOwnedItems,FolderVisible",
  ];

  it.each(Object.entries(sums))(
    "are the same when %s is written as its rights, in any order",
    (role, sum) => {
      expect(sameRight(right(role), right(sum.split(",").reverse().join()))).toBe(true);
      for (const dropped of sum.split(","))
        expect(
          sameRight(
            right(role),
            right(
              sum
                .split(",")
                .filter((one) => one !== dropped)
                .join(),
            ),
          ),
          dropped,
        ).toBe(false);
    },
  );

  it.each(all)("are not the same when only one is %s", (one) => {
    expect(all.filter((other) => sameRight(right(one), right(other)))).toEqual([one]);
  });

  it("are not the same with other flags", () => {
    expect(
      sameRight(
        right("Editor", "Delegate,CanViewPrivateItems"),
        right("Editor", "CanViewPrivateItems,Delegate"),
      ),
    ).toBe(true);
    expect(
      [
        ["Editor", "Delegate"],
        ["Editor", ""],
        ["Editor", "Delegate,CanViewPrivateItems"],
      ].filter(([rights = "", flags]) =>
        sameRight(right("Editor", "Delegate"), right(rights, flags)),
      ),
    ).toEqual([["Editor", "Delegate"]]);
  });
});

describe("in an emulated tenant", () => {
  let live: Live;
  beforeAll(async () => {
    live = await liveTenant();
  });
  afterAll(() => live.close());
  beforeEach(() => live.reset());

  it("every accepted right is accepted by the service, and reads back the same", async () => {
    const anna = await calendarOf(await live.mailbox("Anna Bakker", []))(live);
    const change = async (needed: ExchangeStep): Promise<"done"> => {
      await live.gate.change(needed);
      return "done";
    };
    for (const [name, given] of valid.filter(([, { user }]) =>
      ["default", "anonymous", named].includes(user.trim().toLowerCase()),
    )) {
      const wanted = calendarRightFrom(given);
      await setCalendarRight(anna, wanted, await presentRight(anna, wanted.user)(live), {
        change,
        notify: given.notify ?? false,
      });
      const { rows: listed } = await live.exchange.invoke(readingEntries(anna));
      const own = listed
        .map(entryOf)
        .find(
          ({ user }) =>
            user.toLowerCase() ===
            (wanted.user === named ? "dora double" : wanted.user.toLowerCase()),
        );
      expect(own && sameRight(own, wanted), name).toBe(true);
    }
  });
});
