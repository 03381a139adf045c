import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  setCalendarRight,
  entryOf,
  presentRight,
  readingEntries,
  removingRight,
} from "../../lib/exchange/calendarEntries.ts";
import { calendarIn, calendarOf } from "../../lib/exchange/calendar.ts";
import {
  calendarRightFrom,
  describedRight,
  documentedRight,
  isEveryone,
  sameRight,
  type CalendarRight,
} from "../../lib/exchange/calendarRight.ts";
import { calendarUser, displayNameOf } from "../../lib/exchange/calendarUser.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { Fault } from "../../lib/fault.ts";
import { guidOf } from "../bench.ts";
import { tenantOf } from "./answering.ts";
import { liveTenant, type Live } from "./live.ts";
import { clientOf, faultOf, notFound, refusal, rows } from "./scripted.ts";
import type { ExchangeStep } from "../../lib/exchange/target.ts";

type Given = Parameters<typeof calendarRightFrom>[0];
const named = "dora.double@contoso.com";
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
    /"[^"]+" is not a calendar right; expected a role \(None, AvailabilityOnly, LimitedDetails, Author, .*Reviewer\) or rights from CreateItems, .*ReadItems\./,
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

const right = (rights: string, flags = ""): CalendarRight => ({
  user: named,
  rights: rights.split(","),
  flags: flags === "" ? [] : flags.split(","),
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

describe("an entry, as it is listed", () => {
  it.each<[string, Record<string, unknown>, CalendarRight]>([
    [
      "with a list and no flags",
      { User: "Default", AccessRights: ["AvailabilityOnly"], SharingPermissionFlags: null },
      { user: "Default", rights: ["AvailabilityOnly"], flags: [] },
    ],
    [
      "with texts",
      {
        User: "Dora Double",
        AccessRights: "CreateItems, FolderVisible",
        SharingPermissionFlags: "Delegate, CanViewPrivateItems",
      },
      {
        user: "Dora Double",
        rights: ["CreateItems", "FolderVisible"],
        flags: ["Delegate", "CanViewPrivateItems"],
      },
    ],
    [
      "with lists",
      {
        User: "Dora Double",
        AccessRights: ["CreateItems", "FolderVisible"],
        SharingPermissionFlags: ["Delegate"],
      },
      { user: "Dora Double", rights: ["CreateItems", "FolderVisible"], flags: ["Delegate"] },
    ],
    [
      "with None for flags",
      { User: "NT:S-1-5-21-1", AccessRights: ["Editor"], SharingPermissionFlags: "None" },
      { user: "NT:S-1-5-21-1", rights: ["Editor"], flags: [] },
    ],
    ["with nothing", { User: null, AccessRights: null }, { user: "", rights: [], flags: [] }],
  ])("%s", (_name, row, entry) => {
    expect(entryOf(row)).toEqual(entry);
  });

  it.each(["User", "AccessRights"])("without %s is a fault, and not an empty entry", (name) => {
    const whole = Object.entries({ User: "Default", AccessRights: ["None"] });
    const row = Object.fromEntries(whole.filter(([property]) => property !== name));
    expect(() => entryOf(row)).toThrow(`did not return ${name} of an entry of a calendar`);
  });
});

const mailbox: Mailbox = {
  Guid: guidOf("Anna Bakker"),
  DisplayName: "Anna Bakker",
  UserPrincipalName: "anna.bakker@contoso.com",
  PrimarySmtpAddress: "anna.bakker@contoso.com",
  RecipientTypeDetails: "UserMailbox",
};
const calendar = { mailbox, identity: `${mailbox.Guid}:LgAAAA==` };
const shown = `"Anna Bakker" <anna.bakker@contoso.com> (${mailbox.Guid})`;

describe("the calendar among the folders", () => {
  const folder = (FolderType: string, FolderId = "x"): Record<string, unknown> => ({
    FolderType,
    FolderId,
  });

  it("is the one of type Calendar, at any position", () => {
    expect(
      calendarIn(mailbox, [
        folder("User Created", "a"),
        folder("Calendar", "b+/="),
        folder("Birthdays", "c"),
      ]),
    ).toEqual({ mailbox, identity: `${mailbox.Guid}:b+/=` });
  });

  it.each<[string, Record<string, unknown>[], Partial<Fault>]>([
    [
      "there is none yet",
      [],
      { kind: "notReady", message: `Mailbox ${shown} has no calendar yet.` },
    ],
    [
      "there are only others",
      [folder("User Created"), folder("calendar"), folder("Calendars")],
      { kind: "notReady" },
    ],
    [
      "there are two",
      [folder("Calendar", "a"), folder("Calendar", "b")],
      {
        kind: "ambiguous",
        message: `Mailbox ${shown} has 2 folders of type Calendar; expected one.`,
      },
    ],
    [
      "it has no id",
      [{ FolderType: "Calendar" }],
      {
        kind: "unexpected",
        message: `Exchange Online did not return the FolderId of the calendar of mailbox ${shown}.`,
      },
    ],
  ])("is a fault when %s", async (_name, folders, fault) => {
    expect(await faultOf(() => calendarIn(mailbox, folders))).toMatchObject(fault);
  });
});

describe("the present right of a user", () => {
  const ask = (...answers: Parameters<typeof clientOf>[0]): Promise<CalendarRight | undefined> =>
    presentRight(calendar, named)(clientOf(answers));

  it("is requested by the user, on the folder's id", async () => {
    const { exchange, asked } = tenantOf({
      "Get-MailboxFolderPermission": () => [{ User: "Dora Double", AccessRights: ["Reviewer"] }],
    });
    expect(await presentRight(calendar, named)({ exchange })).toEqual({
      user: "Dora Double",
      rights: ["Reviewer"],
      flags: [],
    });
    expect(asked.map(({ cmdlet, parameters }) => ({ cmdlet, parameters }))).toEqual([
      {
        cmdlet: "Get-MailboxFolderPermission",
        parameters: { Identity: calendar.identity, User: named },
      },
    ]);
  });

  it("is none when there is no entry", async () => {
    expect(
      await ask(
        refusal(
          400,
          "UserNotFoundInPermissionEntryException",
          "There is no existing permission entry found for user: Dora Double.",
        ),
      ),
    ).toBeUndefined();
    expect(await ask(rows([]))).toBeUndefined();
  });

  it("is a fault when there are two, or another error occurs", async () => {
    const row = { User: "Jan de Vries", AccessRights: ["Reviewer"] };
    expect(await faultOf(ask(rows([row, row])))).toMatchObject({
      kind: "ambiguous",
      message: `The calendar has 2 entries for "${named}"; expected one.`,
    });
    expect(
      await faultOf(
        ask(
          refusal(
            403,
            "CmdletAccessDeniedException",
            "The cmdlet is not present in the role definition of the current user.",
          ),
        ),
      ),
    ).toMatchObject({ kind: "denied" });
  });
});

/** What is sent to bring a right, and what is thrown; `outcomes` says what becomes of each change in turn. */
async function brought(
  wanted: CalendarRight,
  present: CalendarRight | undefined,
  outcomes: readonly ("done" | "alreadySo" | "planned" | Fault)[] = [],
  notify?: boolean,
): Promise<{ changes: ExchangeStep[]; fault: Fault | undefined }> {
  const changes: ExchangeStep[] = [];
  const fault = await setCalendarRight(calendar, wanted, present, {
    change: (step) => {
      const outcome = outcomes[changes.push(step as ExchangeStep) - 1] ?? "done";
      return outcome instanceof Fault ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
    ...(notify === undefined ? {} : { notify }),
  }).then(
    () => undefined,
    (thrown: unknown) => Fault.of(thrown),
  );
  return { changes, fault };
}
const verbs = ({ changes }: { changes: readonly ExchangeStep[] }): string[] =>
  changes.map(({ operation }) => operation.replace("-MailboxFolderPermission", ""));

describe("setting a right", () => {
  it.each<[string, CalendarRight, CalendarRight | undefined, string[]]>([
    ["adds it where there is none", right("Reviewer"), undefined, ["Add"]],
    ["sets another one", right("Reviewer"), right("Editor"), ["Set"]],
    ["sets the same one again", right("Reviewer"), right("FolderVisible,ReadItems"), ["Set"]],
    ["makes an editor a delegate", right("Editor", "Delegate"), right("Editor"), ["Set"]],
    [
      "lets a delegate see private items",
      right("Editor", "Delegate,CanViewPrivateItems"),
      right("Editor", "Delegate"),
      ["Set"],
    ],
    ["leaves a delegate one", right("Editor", "Delegate"), right("Editor", "Delegate"), ["Set"]],
    [
      "removes a delegate before it adds an editor",
      right("Editor"),
      right("Editor", "Delegate"),
      ["Remove", "Add"],
    ],
    [
      "removes a delegate before it adds a reader",
      right("Reviewer"),
      right("Editor", "Delegate,CanViewPrivateItems"),
      ["Remove", "Add"],
    ],
    [
      "removes who sees private items before it adds a delegate",
      right("Editor", "Delegate"),
      right("Editor", "Delegate,CanViewPrivateItems"),
      ["Remove", "Add"],
    ],
  ])("%s", async (_name, wanted, present, expected) => {
    const run = await brought(wanted, present);
    expect([verbs(run), run.fault]).toEqual([expected, undefined]);
    const last = run.changes.at(-1);
    expect(last?.parameters).toEqual({
      Identity: calendar.identity,
      User: named,
      AccessRights: wanted.rights,
      ...(wanted.flags.length > 0 ? { SharingPermissionFlags: wanted.flags } : {}),
    });
    expect(last?.sentence).toBe(
      `${last?.operation.slice(0, 3) ?? ""} ${[...wanted.rights, ...wanted.flags].join(", ")} ` +
        `for ${named} on the calendar of mailbox ${shown}`,
    );
    expect(last?.before).toEqual({
      AccessRights: present?.rights ?? [],
      ...(present && present.flags.length > 0 ? { SharingPermissionFlags: present.flags } : {}),
    });
  });

  it("reports that nothing would change, but never for an addition", async () => {
    expect(
      (await brought(right("Reviewer"), right("ReadItems,FolderVisible"))).changes.map(
        ({ isInPlace }) => isInPlace,
      ),
    ).toEqual([true]);
    expect(
      (await brought(right("Reviewer"), right("Editor"))).changes.map(({ isInPlace }) => isInPlace),
    ).toEqual([false]);
    expect(
      (await brought(right("Reviewer"), undefined)).changes.map(({ isInPlace }) => isInPlace),
    ).toEqual([undefined]);
  });

  it("never sends the notification unless it is requested, not even as false", async () => {
    for (const present of [undefined, right("Reviewer"), right("Editor", "Delegate")]) {
      for (const notify of [undefined, false])
        for (const { parameters } of (await brought(right("Editor"), present, [], notify)).changes)
          expect(parameters).not.toHaveProperty("SendNotificationToUser");
      expect(
        (await brought(right("Editor"), present, [], true)).changes.at(-1)?.parameters,
      ).toMatchObject({ SendNotificationToUser: true });
    }
  });

  it.each([
    ["an entry that proves to be there is set", undefined, "Add", "Set"],
    ["an entry that proves not to be there is added", right("Editor"), "Set", "Add"],
    ["so is one that was right already", right("Reviewer"), "Set", "Add"],
  ])("has the other cmdlet as its alternative: %s", async (_name, present, first, second) => {
    const { changes } = await brought(right("Reviewer"), present);
    expect(changes).toHaveLength(1);
    const [step] = changes;
    expect([step?.operation, step?.alternatives?.map(({ operation }) => operation)]).toEqual([
      `${first}-MailboxFolderPermission`,
      [`${second}-MailboxFolderPermission`],
    ]);
    expect(step?.alternatives?.[0]?.parameters).toEqual(step?.parameters);
  });

  it("reports every other refusal, and does not try an alternative", async () => {
    const denied = new Fault({ kind: "denied", message: "No." });
    for (const present of [undefined, right("Reviewer"), right("Editor", "Delegate")]) {
      const run = await brought(right("Reviewer"), present, [denied]);
      expect([run.changes.length, run.fault]).toEqual([1, denied]);
    }
    // The right is gone by then, and the run must say so.
    const half = await brought(right("Editor"), right("Editor", "Delegate"), ["done", denied]);
    expect([verbs(half), half.fault]).toEqual([["Remove", "Add"], denied]);
  });

  it("removes by the same names", () => {
    expect(removingRight(calendar, named, right("Reviewer"))).toEqual({
      target: "exchange",
      operation: "Remove-MailboxFolderPermission",
      parameters: { Identity: calendar.identity, User: named, Confirm: false },
      sentence: `Remove the entry of ${named} on the calendar of mailbox ${shown}`,
      before: { AccessRights: ["Reviewer"] },
      isInPlace: false,
      isRemoval: true,
      isInEffect: expect.any(Function) as unknown,
    });
    expect(removingRight(calendar, named, right("Editor", "Delegate")).before).toEqual({
      AccessRights: ["Editor"],
      SharingPermissionFlags: ["Delegate"],
    });
    expect(removingRight(calendar, named, undefined)).toMatchObject({
      before: { AccessRights: [] },
      isInPlace: true,
    });
  });
});

describe("in an emulated tenant", () => {
  let live: Live;
  beforeAll(async () => {
    live = await liveTenant();
  });
  afterAll(() => live.close());
  beforeEach(() => live.reset());

  it("a user or group is found by an address or a GUID, and named by an address that is theirs alone", async () => {
    expect(await calendarUser("DORA.double@contoso.com")(live)).toEqual({
      address: "dora.double@contoso.com",
      displayName: "Dora Double",
      type: "UserMailbox",
    });
    expect(await calendarUser(guidOf("Finance rights"))(live)).toEqual({
      address: "financerights@contoso.com",
      displayName: "Finance rights",
      type: "MailUniversalSecurityGroup",
    });
    // Another address than the first one.
    expect(await calendarUser("petra.maiden@contoso.com")(live)).toMatchObject({
      address: "petra.proxies@contoso.com",
    });
  });

  it("a user who does not exist is reported as missing, by name", async () => {
    for (const gone of ["nobody@contoso.com", "0b1ec700-0000-4000-8000-00000000dead"])
      expect(await faultOf(calendarUser(gone)(live))).toMatchObject({
        kind: "missing",
        message: `The user "${gone}" of the calendar right does not exist.`,
      });
    const { exchange } = clientOf([notFound("somebody@contoso.com")]);
    expect((await faultOf(calendarUser("other@contoso.com")({ exchange }))).kind).toBe(
      "unexpected",
    );
  });

  it.each<[string, unknown[]]>([
    [
      "two of a name",
      [{ PrimarySmtpAddress: "a@contoso.com" }, { PrimarySmtpAddress: "b@contoso.com" }],
    ],
    ["nobody", []],
    ["a recipient without an address", [{ DisplayName: "No Address" }]],
  ])("%s cannot be named", async (_name, found) => {
    expect(await faultOf(calendarUser(named)(clientOf([rows(found)])))).toMatchObject({
      kind: "invalid",
      message: `The user "${named}" of the calendar right is not one user or group with an address.`,
    });
  });

  it("a display name is used only when it is unique", async () => {
    expect(await displayNameOf("dora.double@contoso.com")(live)).toBe("Dora Double");
    expect(await displayNameOf("aoife.obrien@contoso.com")(live)).toBe("Aoife O'Brien");
    const [jan] = live.emulator
      .state()
      .objects.filter(({ DisplayName }) => DisplayName === "Jan de Vries");
    expect(await displayNameOf(String(jan?.["Guid"]))(live)).toBeUndefined();
    const { exchange } = clientOf([
      rows([{ PrimarySmtpAddress: named, DisplayName: "", RecipientTypeDetails: "UserMailbox" }]),
    ]);
    expect(await displayNameOf(named)({ exchange })).toBeUndefined();
  });

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
