import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import type { ExchangeQuery } from "../../lib/exchange/target.ts";
import { describe, expect, it } from "vitest";
import { calendarRightFrom, type CalendarRight } from "../../lib/exchange/calendarRight.ts";
import type { FolderPermissionOption } from "../../lib/generated/types.ts";
import { textIn } from "../../lib/host/permissionActions.ts";
import {
  conflict,
  entitlementOf,
  listedOptions as folderOptions,
  folderPermission,
  matchable,
  grantableUser,
  userOf,
  conflictingOption,
} from "../../lib/entitlements/folderPermission.ts";
import { tenantOf } from "../exchange/answering.ts";
import { faultOf, notFound } from "../exchange/scripted.ts";

const dora = "dora.double@contoso.com";
const option = (
  Id: string,
  mailboxFolderUser: string,
  mailboxFolderAccessRight: string,
  own: Partial<FolderPermissionOption> = {},
): FolderPermissionOption => ({
  Id,
  DisplayName: `Option ${Id}`,
  mailboxFolderUser,
  mailboxFolderAccessRight,
  ...own,
});
const right = (user: string, rights: string, flags = ""): CalendarRight => ({
  user,
  rights: rights.split(","),
  flags: flags === "" ? [] : flags.split(","),
});

describe("options with more than a right", () => {
  it.each<[string, FolderPermissionOption]>([
    [
      "a delegate",
      option("5", dora, "Editor", { mailboxFolderSharingPermissionFlags: "Delegate" }),
    ],
    [
      "a delegate who sees private items",
      option("5", dora, "Editor", {
        mailboxFolderSharingPermissionFlags: "Delegate,CanViewPrivateItems",
      }),
    ],
    ["a user who is notified", option("5", dora, "Reviewer", { sendNotificationToUser: true })],
    [
      "a delegate who is not notified",
      option("5", dora, "Editor", {
        mailboxFolderSharingPermissionFlags: "Delegate",
        sendNotificationToUser: false,
      }),
    ],
    ["single rights", option("5", "0b1ec700-0000-4000-8000-000000000001", "ReadItems,CreateItems")],
    ["blank flags", option("5", dora, "Editor", { mailboxFolderSharingPermissionFlags: " " })],
  ])("are taken: %s", (_name, valid) => {
    expect(folderOptions({ options: [valid] })).toEqual([valid]);
  });

  it.each<[string, FolderPermissionOption]>([
    [
      "a delegate of everybody",
      option("5", "Default", "Editor", { mailboxFolderSharingPermissionFlags: "Delegate" }),
    ],
    [
      "a delegate who only reads",
      option("5", dora, "Reviewer", { mailboxFolderSharingPermissionFlags: "Delegate" }),
    ],
    [
      "a delegate who is notified",
      option("5", dora, "Editor", {
        mailboxFolderSharingPermissionFlags: "Delegate",
        sendNotificationToUser: true,
      }),
    ],
    [
      "private items alone",
      option("5", dora, "Editor", { mailboxFolderSharingPermissionFlags: "CanViewPrivateItems" }),
    ],
    ["an owner who is notified", option("5", dora, "Owner", { sendNotificationToUser: true })],
  ])("are refused: %s", async (_name, wrong) => {
    expect(await faultOf(() => folderOptions({ options: [wrong] }))).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining('option "5": ') as string,
    });
  });

  it("read a truth value as the platform writes it", () => {
    expect(
      folderOptions({
        options: [{ ...option("5", dora, "Reviewer"), sendNotificationToUser: "True" }],
      }),
    ).toMatchObject([{ sendNotificationToUser: true }]);
  });
});

describe("a reference", () => {
  it("has three members, and a fourth one only where there are flags", () => {
    expect(
      folderPermission(option("5", dora, "Reviewer", { sendNotificationToUser: true }))
        .identification,
    ).toEqual({ Id: "5", mailboxFolderUser: dora, mailboxFolderAccessRight: "Reviewer" });
    expect(
      folderPermission(
        option("5", dora, "Editor", { mailboxFolderSharingPermissionFlags: "Delegate" }),
      ).identification,
    ).toEqual({
      Id: "5",
      mailboxFolderUser: dora,
      mailboxFolderAccessRight: "Editor",
      mailboxFolderSharingPermissionFlags: "Delegate",
    });
    for (const blank of ["", "  "])
      expect(
        Object.keys(
          folderPermission(
            option("5", dora, "Editor", { mailboxFolderSharingPermissionFlags: blank }),
          ).identification,
        ),
      ).toEqual(["Id", "mailboxFolderUser", "mailboxFolderAccessRight"]);
  });

  const entitled = (
    reference: Record<string, unknown>,
    options = folderOptions(),
  ): ReturnType<typeof entitlementOf> => entitlementOf((name) => textIn(reference, name), options);

  it("grants the right in the reference, even when its Id has another name now", () => {
    expect(
      entitled({ Id: "4", mailboxFolderUser: "Default", mailboxFolderAccessRight: "Reviewer" }),
    ).toEqual({ right: right("Default", "Reviewer"), notify: false });
    expect(
      entitled({
        Id: "gone",
        mailboxFolderUser: dora,
        mailboxFolderAccessRight: "Editor",
        mailboxFolderSharingPermissionFlags: "Delegate",
      }),
    ).toEqual({ right: right(dora, "Editor", "Delegate"), notify: false });
    expect(
      entitled({ ID: 3, MAILBOXFOLDERUSER: " default ", mailboxfolderaccessright: "reviewer" }),
    ).toEqual({ right: right("default", "Reviewer"), notify: false });
  });

  it("notifies the user when the option requires it, in any letter case", () => {
    const told = [option("Read", dora, "Reviewer", { sendNotificationToUser: true })];
    const reference = { mailboxFolderUser: dora, mailboxFolderAccessRight: "Reviewer" };
    expect(
      ["Read", "read", " READ "].map((Id) => entitled({ Id, ...reference }, told).notify),
    ).toEqual([true, true, true]);
    expect(["Reads", ""].map((Id) => entitled({ Id, ...reference }, told).notify)).toEqual([
      false,
      false,
    ]);
  });

  it("of an option that has been edited notifies no one, and is not refused", () => {
    const edited = [option("5", dora, "Reviewer", { sendNotificationToUser: true })];
    expect(
      entitled({ Id: "5", mailboxFolderUser: dora, mailboxFolderAccessRight: "Owner" }, edited),
    ).toEqual({ right: right(dora, "Owner"), notify: false });
    expect(
      entitled(
        {
          Id: "5",
          mailboxFolderUser: dora,
          mailboxFolderAccessRight: "Editor",
          mailboxFolderSharingPermissionFlags: "Delegate",
        },
        edited,
      ),
    ).toEqual({ right: right(dora, "Editor", "Delegate"), notify: false });
  });

  it.each<[string, Record<string, unknown>]>([
    ["no members", {}],
    ["the Id alone", { Id: "3" }],
    ["no right", { Id: "3", mailboxFolderUser: "Default" }],
    ["no user", { Id: "3", mailboxFolderAccessRight: "Reviewer" }],
    ["null for a user", { Id: "3", mailboxFolderUser: null, mailboxFolderAccessRight: "Reviewer" }],
    [
      "a list for a right",
      { Id: "3", mailboxFolderUser: "Default", mailboxFolderAccessRight: ["Reviewer"] },
    ],
    [
      "a misspelt user",
      { Id: "3", mailboxFolderUser: "Defalt", mailboxFolderAccessRight: "Reviewer" },
    ],
    [
      "a misspelt right",
      { Id: "3", mailboxFolderUser: "Default", mailboxFolderAccessRight: "Reviewr" },
    ],
    [
      "flags of everybody",
      {
        Id: "3",
        mailboxFolderUser: "Default",
        mailboxFolderAccessRight: "Editor",
        mailboxFolderSharingPermissionFlags: "Delegate",
      },
    ],
    [
      "misspelt flags",
      {
        Id: "3",
        mailboxFolderUser: dora,
        mailboxFolderAccessRight: "Editor",
        mailboxFolderSharingPermissionFlags: "Delegated",
      },
    ],
  ])("is refused with %s", async (_name, reference) => {
    expect(await faultOf(() => entitled(reference))).toMatchObject({ kind: "invalid" });
  });
});

describe("the option that conflicts with a right", () => {
  const options = [
    ...folderOptions(),
    option("5", dora, "Editor", { mailboxFolderSharingPermissionFlags: "Delegate" }),
    option("6", dora, "Editor"),
    option("7", ` ${dora.toUpperCase()} `, "ReadItems,FolderVisible"),
    option("8", "anonymous", "Reviewer"),
  ];
  const none = undefined;
  it.each<[string, CalendarRight, CalendarRight | undefined, string | undefined]>([
    ["none when there is no entry", right(dora, "Editor"), none, none],
    ["none when it is the same", right("Default", "Reviewer"), right("Default", "Reviewer"), none],
    [
      "none when it is the same in other words",
      right("Default", "Reviewer"),
      right("Default", "ReadItems,FolderVisible"),
      none,
    ],
    [
      "none when it is the default of Exchange",
      right("Default", "Reviewer"),
      right("Default", "AvailabilityOnly"),
      none,
    ],
    [
      "none when Anonymous has nothing",
      right("Anonymous", "Reviewer"),
      right("Anonymous", "None"),
      none,
    ],
    [
      "none when no option lists it",
      right("Default", "Reviewer"),
      right("Default", "Author"),
      none,
    ],
    [
      "none when it is listed for another user",
      right("Anonymous", "Reviewer"),
      right("Anonymous", "Editor"),
      none,
    ],
    ["that of another option", right("Default", "Reviewer"), right("Default", "Editor"), "4"],
    [
      "that of another option, for a user who gets the default of Exchange",
      right("Default", "AvailabilityOnly"),
      right("Default", "LimitedDetails"),
      "2",
    ],
    [
      "that of another option, however the user is spelled",
      right("DEFAULT", "Reviewer"),
      right("Default", "Editor"),
      "4",
    ],
    [
      "that of the same right with flags",
      right(dora, "Editor"),
      right("Dora Double", "Editor", "Delegate"),
      "5",
    ],
    [
      "that of the same right without flags",
      right(dora, "Editor", "Delegate"),
      right("Dora Double", "Editor"),
      "6",
    ],
    [
      "that of an option in other words",
      right(dora, "Editor"),
      right("Dora Double", "Reviewer"),
      "7",
    ],
    [
      "that of an option for Anonymous",
      right("Anonymous", "LimitedDetails"),
      right("Anonymous", "Reviewer"),
      "8",
    ],
    [
      "none with flags that are in no option",
      right(dora, "Editor"),
      right("Dora Double", "Editor", "Delegate,CanViewPrivateItems"),
      none,
    ],
  ])("is %s", (_name, wanted, present, Id) => {
    expect(conflictingOption(wanted, present, options)?.Id).toBe(Id);
  });

  it("is named in the refusal, with what can be done", () => {
    expect(conflict(option("4", "Default", "Editor"), '"Anna"')).toMatchObject({
      kind: "invalid",
      message:
        'The calendar of mailbox "Anna" already has the right of "Option 4" for the same user, and an account can ' +
        "hold only one of these rights. Revoke that entitlement (or remove the right in Outlook, if it was set " +
        'there), or set "Conflicting calendar rights" (CalendarRightConflict) to overwrite it.',
    });
  });
});

describe("the user of a right", () => {
  const tenant = (type = "UserMailbox") =>
    tenantOf({
      "Get-Recipient": ({ parameters }) =>
        parameters["Filter"] === undefined
          ? [
              {
                PrimarySmtpAddress: "first@contoso.com",
                DisplayName: "Dora Double",
                RecipientTypeDetails: type,
              },
            ]
          : [{ Guid: "x" }],
    });

  it("is Default or Anonymous as Exchange writes it, without asking", async () => {
    const { exchange, sent } = tenant();
    expect(
      await Promise.all(
        ["default", "ANONYMOUS", "Default"].map((user) =>
          userFor(right(user, "Reviewer"), exchange),
        ),
      ),
    ).toEqual(["Default", "Anonymous", "Default"]);
    expect(sent).toEqual([]);
  });

  it("is named by an address that is theirs alone", async () => {
    const { exchange } = tenant();
    expect(await userFor(right(dora, "Reviewer"), exchange)).toBe("first@contoso.com");
  });
});

it.each<[string, string, string | undefined]>([
  ["SharedMailbox", "", "cannot be given a right on a folder"],
  ["SharedMailbox", "Delegate", "cannot be a delegate"],
  ["RoomMailbox", "Delegate", "cannot be a delegate"],
  ["RoomMailbox", "", undefined],
  ["MailUniversalSecurityGroup", "Delegate", undefined],
])("a %s with the flags %j can hold a right or not", async (type, flags, message) => {
  const { exchange } = tenantOf({
    "Get-Recipient": () => [
      { PrimarySmtpAddress: dora, DisplayName: "X", RecipientTypeDetails: type },
    ],
  });
  const wanted = calendarRightFrom({ user: dora, rights: "Editor", flags });
  const found = userFor(wanted, exchange);
  if (message === undefined) expect(await found).toBe(dora);
  else
    expect(await faultOf(found)).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining(message) as string,
    });
});

describe("the value an import compares", () => {
  const said: string[] = [];
  const ways = (exchange: Exchange) => ({
    read: <T>(query: ExchangeQuery<T>) => query({ exchange }),
    log: (level: string, message: string) => void said.push(`${level}: ${message}`),
  });

  it("is the user's display name, and the sum of the rights", async () => {
    const { exchange, sent } = tenantOf({
      "Get-Recipient": ({ parameters }) =>
        parameters["Filter"] === undefined
          ? [
              {
                PrimarySmtpAddress: dora,
                DisplayName: "Dora Double",
                RecipientTypeDetails: "UserMailbox",
              },
            ]
          : [{ Guid: "x" }],
    });
    const [everybody, named, other] = await matchable(
      [
        option("1", "default", "Reviewer"),
        option("2", dora, "Editor", { mailboxFolderSharingPermissionFlags: "Delegate" }),
        option("3", dora, "Reviewer"),
      ],
      ways(exchange),
    );
    // Each user is asked for once.
    expect(sent).toHaveLength(2);
    expect(
      [
        right("Default", "ReadItems,FolderVisible"),
        right("Default", "Editor"),
        right("Anonymous", "Reviewer"),
      ].map((entry) => everybody?.isIn([entry])),
    ).toEqual([true, false, false]);
    expect(
      [
        right("dora double", "Editor", "Delegate"),
        right("Dora Double", "Editor"),
        right("Somebody Else", "Editor", "Delegate"),
      ].map((entry) => named?.isIn([entry])),
    ).toEqual([true, false, false]);
    expect(
      other?.isIn([right("Default", "AvailabilityOnly"), right("Dora Double", "Reviewer")]),
    ).toBe(true);
    expect(
      [everybody, named].map((one) => [one?.permission.identification["Id"], one?.description]),
    ).toEqual([
      ["1", "Option 1"],
      ["2", "Option 2"],
    ]);
  });

  it("leaves out, and names, users whose display name is not unique", async () => {
    const { exchange } = tenantOf({
      "Get-Recipient": ({ parameters }) =>
        parameters["Filter"] === undefined
          ? [
              {
                PrimarySmtpAddress: dora,
                DisplayName: "Jan de Vries",
                RecipientTypeDetails: "UserMailbox",
              },
            ]
          : [{ Guid: "x" }, { Guid: "y" }],
    });
    said.length = 0;
    expect(
      (
        await matchable(
          [option("1", "Default", "Reviewer"), option("2", dora, "Reviewer")],
          ways(exchange),
        )
      ).map(({ option: { Id } }) => Id),
    ).toEqual(["1"]);
    expect(said).toEqual([
      'warning: Not imported: "Option 2". Its user is not one recipient with a unique display ' +
        "name, and calendars list users by display name.",
    ]);
  });

  it("leaves out the entries of a user who does not exist", async () => {
    const { exchange } = tenantOf({ "Get-Recipient": () => notFound(dora) });
    expect(await matchable([option("2", dora, "Reviewer")], ways(exchange))).toEqual([]);
  });
});

const userFor = (wanted: CalendarRight, exchange: Exchange): Promise<string> =>
  grantableUser(wanted, userOf(wanted), (query) => query({ exchange }));
