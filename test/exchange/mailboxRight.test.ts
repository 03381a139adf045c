import { describe, expect, it } from "vitest";
import type { Account } from "../../lib/exchange/account.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { grant, maxEntries, revoke } from "../../lib/exchange/rightChange.ts";
import { isSid } from "../../lib/exchange/accessList.ts";
import {
  rightNamed,
  rights,
  type RightName,
  type Standing,
} from "../../lib/exchange/mailboxRight.ts";
import { Fault } from "../../lib/fault.ts";
import { guidOf, tenantOf, type Asked } from "./answering.ts";
import { faultOf, notFound, type rows } from "./scripted.ts";
import type { ExchangeGate, ExchangeQuery, ExchangeStep } from "../../lib/exchange/target.ts";

const mailbox: Mailbox = {
  Guid: guidOf(1),
  DisplayName: "Sales",
  UserPrincipalName: "sales@contoso.com",
  PrimarySmtpAddress: "sales@contoso.com",
  RecipientTypeDetails: "SharedMailbox",
  HiddenFromAddressListsEnabled: false,
  IsDirSynced: false,
  IsExchangeCloudManaged: null,
};
const account: Account = {
  Guid: guidOf(9),
  DisplayName: "Jan O'Brien",
  UserPrincipalName: "jan@contoso.com",
  PrimarySmtpAddress: "jan@contoso.com",
  RecipientTypeDetails: "UserMailbox",
  Name: "jan-9",
  DistinguishedName: "CN=O'Brien,OU=x",
  ExternalDirectoryObjectId: guidOf(8),
};
const sid = "S-1-5-21-1-2-3-1001";

const permission = (User: string, own: Record<string, unknown> = {}): Record<string, unknown> => ({
  User,
  AccessRights: ["FullAccess"],
  Deny: false,
  IsInherited: false,
  ...own,
});
const sendAs = (Trustee: string, own: Record<string, unknown> = {}): Record<string, unknown> => ({
  Identity: "sales",
  Trustee,
  AccessControlType: "Allow",
  AccessRights: ["SendAs"],
  IsInherited: false,
  ...own,
});
/** Entries of others. */
const others = (count: number): unknown[] =>
  Array.from({ length: count }, (_, index) =>
    permission(`other${index}@contoso.com`, { AccessRights: ["ReadPermission"] }),
  );

/**
 * A tenant in which these lists are read, one after the other; the last one again and again. Access lists also have
 * the mailbox's own entry.
 */
function tenantWith(...lists: unknown[][]) {
  const next = (): unknown[] => (lists.length > 1 ? lists.shift() : lists[0]) ?? [];
  const self = "NT AUTHORITY\\SELF";
  return tenantOf({
    "Get-MailboxPermission": () => [permission(self), ...next()],
    "Get-RecipientPermission": () => [sendAs(self), ...next()],
    "Get-Mailbox": next,
  });
}
const standing = (right: RightName, list: unknown[]): Promise<Standing> =>
  rights[right].standingOf(mailbox, account)(tenantWith(list));

describe("whether an account has Full Access", () => {
  it("is read with the entries of accounts that no longer exist", async () => {
    const { exchange, asked } = tenantWith([]);
    expect(await rights.FullAccess.standingOf(mailbox, account)({ exchange })).toEqual({
      isHeld: false,

      isDenied: false,
      entries: 0,
      orphans: 0,
      possibleSids: [],
      remaining: { isInherited: false, possibleGroups: [] },
    });
    const look = {
      cmdlet: "Get-MailboxPermission",
      parameters: {
        Identity: guidOf(1),
        IncludeUnresolvedPermissions: true,
        ResultSize: "Unlimited",
      },
    };
    expect(asked).toMatchObject([look]);
  });

  it.each(["FullAccess", "SendAs"] as const)(
    "is unknown when the list for %s lacks even the mailbox's own entry",
    async (name) => {
      const { exchange } = tenantOf({
        "Get-MailboxPermission": () => [],
        "Get-RecipientPermission": () => [],
      });
      expect(await faultOf(rights[name].standingOf(mailbox, account)({ exchange }))).toMatchObject({
        kind: "unexpected",
        message: expect.stringContaining("an empty access list") as string,
      });
    },
  );

  it("is uncertain when a security identifier can be the account's, whose own is not known", async () => {
    const possibleSids = ["S-1-5-21-1-2-3-4"];
    const { exchange } = tenantWith(possibleSids.map((one) => permission(one)));
    expect(await rights.FullAccess.standingOf(mailbox, account)({ exchange })).toMatchObject({
      isHeld: false,
      possibleSids,
    });
    const known = tenantOf({
      "Get-MailboxPermission": () => possibleSids.map((one) => permission(one)),
      "Get-User": () => [{ Guid: guidOf(9), Sid: sid }],
    });
    expect(await rights.FullAccess.standingOf(mailbox, account)(known)).toMatchObject({
      isHeld: false,
      possibleSids: [],
    });
  });

  it.each<[string, Record<string, unknown>, Partial<Standing>]>([
    ["a Guid in another case", permission(guidOf(9).toUpperCase()), { isHeld: true, entries: 1 }],
    ["a user principal name", permission("JAN@contoso.com"), { isHeld: true }],
    ["a distinguished name", permission("CN=O'Brien,OU=x"), { isHeld: true }],
    [
      "rights as text with commas",
      permission("jan@contoso.com", { AccessRights: "ReadPermission, FullAccess" }),
      { isHeld: true },
    ],
    [
      "rights as a list of such a text",
      permission("jan@contoso.com", { AccessRights: ["ReadPermission,fullaccess"] }),
      { isHeld: true },
    ],
    [
      "other rights",
      permission("jan@contoso.com", { AccessRights: ["ReadPermission"] }),
      { isHeld: false, entries: 1 },
    ],
    [
      "rights that only begin alike",
      permission("jan@contoso.com", { AccessRights: ["FullAccessForNobody"] }),
      { isHeld: false },
    ],
    [
      "no rights",
      permission("jan@contoso.com", { AccessRights: null }),
      { isHeld: false, entries: 1 },
    ],
    [
      "a Deny",
      permission("jan@contoso.com", { Deny: true }),
      { isHeld: false, isDenied: true, entries: 1 },
    ],
    [
      "a Deny as text",
      permission("jan@contoso.com", { Deny: "True" }),
      { isHeld: false, isDenied: true },
    ],
    [
      "no Deny as text",
      permission("jan@contoso.com", { Deny: "False" }),
      { isHeld: true, isDenied: false },
    ],
    ["a Deny of another", permission("piet", { Deny: true }), { isHeld: false, isDenied: false }],
    [
      "a Deny of other rights",
      permission("jan@contoso.com", { Deny: true, AccessRights: ["DeleteItem"] }),
      { isDenied: false },
    ],
    [
      "an inherited entry",
      permission("jan@contoso.com", { IsInherited: true }),
      { isHeld: false, entries: 0 },
    ],
    [
      "an inherited Deny",
      permission("jan@contoso.com", { IsInherited: "True", Deny: true }),
      { isDenied: false, entries: 0 },
    ],
    [
      "the mailbox's own entry",
      permission("NT AUTHORITY\\SELF"),
      { isHeld: false, entries: 0, orphans: 0 },
    ],
    ["a security identifier", permission(sid), { isHeld: false, entries: 1, orphans: 1 }],
    ["nobody", permission(""), { isHeld: false }],
  ])("follows from %s", async (_name, entry, expected) => {
    expect(await standing("FullAccess", [entry])).toMatchObject(expected);
  });
});

describe("whether an account has Send As", () => {
  it.each<[string, Record<string, unknown>, Partial<Standing>]>([
    ["its name", sendAs("jan@contoso.com"), { isHeld: true, isDenied: false, entries: 0 }],
    [
      "a Deny",
      sendAs("jan@contoso.com", { AccessControlType: "Deny" }),
      { isHeld: false, isDenied: true },
    ],
    ["the mailbox's own entry", sendAs("NT AUTHORITY\\SELF"), { isHeld: false, orphans: 0 }],
    ["a security identifier", sendAs(sid), { isHeld: false, orphans: 1 }],
  ])("follows from %s", async (_name, entry, expected) => {
    expect(await standing("SendAs", [entry])).toMatchObject(expected);
  });
});

describe("an entry that shows only a display name", () => {
  /** `own` is what the service lists for the account, `named` who has its display name. */
  const standingWith = (right: RightName, list: unknown[], own: unknown[], named: number[]) => {
    const listing = ({ parameters }: Asked): unknown[] =>
      "User" in parameters || "Trustee" in parameters ? own : list;
    return rights[right].standingOf(
      mailbox,
      account,
    )(
      tenantOf({
        "Get-MailboxPermission": listing,
        "Get-RecipientPermission": listing,
        "Get-Recipient": () => named.map((index) => ({ Guid: guidOf(index) })),
      }),
    );
  };
  const shown = permission("Jan O'Brien");
  const shownSendAs = sendAs("jan o'brien");

  it.each<[string, RightName, unknown[], unknown[], number[], Partial<Standing>]>([
    ["the account's", "FullAccess", [shown], [shown], [9, 10], { isHeld: true }],
    ["the account's, by Name", "FullAccess", [permission("jan-9")], [shown], [9], { isHeld: true }],
    ["a namesake's", "FullAccess", [shown], [], [9, 10], { isHeld: false }],
    ["doubtful, so held", "FullAccess", [shown], [], [9], { isHeld: true }],
    [
      "the account's, a Deny",
      "FullAccess",
      [permission("Jan O'Brien", { Deny: true })],
      [permission("Jan O'Brien", { Deny: true })],
      [9, 10],
      { isHeld: false, isDenied: true },
    ],
    ["the account's, for Send As", "SendAs", [shownSendAs], [shownSendAs], [9], { isHeld: true }],
    ["a namesake's, for Send As", "SendAs", [shownSendAs], [], [9, 10], { isHeld: false }],
  ])("is %s", async (_name, right, list, own, named, expected) => {
    expect(await standingWith(right, list, own, named)).toMatchObject(expected);
  });
});

describe("whether an account has Send on Behalf", () => {
  it.each<[string, unknown[], boolean]>([
    ["the mailbox", [{ Guid: guidOf(1).toUpperCase() }], true],
    ["none", [], false],
    ["another mailbox", [{ Guid: guidOf(2) }], false],
  ])("is asked by a filter with doubled quotes: %s comes back", async (_name, found, isHeld) => {
    expect(
      await rights.SendOnBehalf.standingOf(
        { ...mailbox, Guid: guidOf(1).toUpperCase() },
        account,
      )(tenantWith(found)),
    ).toMatchObject({ isHeld });
    const { exchange, asked } = tenantWith(found);
    expect(await rights.SendOnBehalf.standingOf(mailbox, account)({ exchange })).toEqual({
      isHeld,
      isDenied: false,
      entries: 0,
      orphans: 0,
      possibleSids: [],
      remaining: { isInherited: false, possibleGroups: [] },
    });
    expect(asked).toMatchObject([
      {
        cmdlet: "Get-Mailbox",
        parameters: {
          Filter: `(Guid -eq '${guidOf(1)}') -and (GrantSendOnBehalfTo -eq 'CN=O''Brien,OU=x')`,
        },
      },
    ]);
  });
});

// The limit counts every entry, so the advice to remove dead ones should as well.
it("counts dead entries of any right among those of the list", async () => {
  expect(
    await standing("FullAccess", [
      permission(sid, { AccessRights: ["ReadPermission"] }),
      permission(`${sid}1`),
    ]),
  ).toMatchObject({ entries: 2, orphans: 2 });
});

describe("a security identifier in a list", () => {
  const withUser = (rows: unknown[], list: unknown[]) =>
    tenantOf({ "Get-MailboxPermission": () => list, "Get-User": () => rows });

  it("belongs to the account, and to no one else, when the directory confirms it", async () => {
    const { exchange, asked } = withUser(
      [{ Guid: guidOf(9), Sid: sid }],
      [permission(sid), permission(`${sid}1`)],
    );
    expect(await rights.FullAccess.standingOf(mailbox, account)({ exchange })).toMatchObject({
      isHeld: true,

      entries: 2,
      orphans: 1,
    });
    expect(asked).toMatchObject([
      { cmdlet: "Get-MailboxPermission" },
      { cmdlet: "Get-User", parameters: { Identity: guidOf(9) } },
    ]);
  });

  it("belongs to no account when another user is returned, and is not looked up when there is none", async () => {
    expect(
      await rights.FullAccess.standingOf(
        mailbox,
        account,
      )(withUser([{ Guid: guidOf(7), Sid: sid }], [permission(sid)])),
    ).toMatchObject({ isHeld: false, orphans: 1 });
    const { exchange, asked } = withUser([], [permission("jan@contoso.com")]);
    await rights.FullAccess.standingOf(mailbox, account)({ exchange });
    expect(asked).toHaveLength(1);
  });
});

describe("an identifier in a list", () => {
  const standingWith = (
    right: RightName,
    list: unknown[],
    users: ReturnType<typeof rows> | unknown[],
  ): Promise<Standing> =>
    rights[right].standingOf(
      mailbox,
      account,
    )(
      tenantOf({
        "Get-MailboxPermission": () => list,
        "Get-RecipientPermission": () => list,
        "Get-User": () => users,
      }),
    );
  const user = [{ Guid: guidOf(9), Sid: sid }];

  it.each<[string, RightName, unknown[], unknown[], Partial<Standing>]>([
    [
      "the account's",
      "FullAccess",
      [permission(sid)],
      user,
      { isHeld: true, orphans: 0, entries: 1 },
    ],
    [
      "the account's, denied",
      "FullAccess",
      [permission(sid, { Deny: true })],
      user,
      { isHeld: false, isDenied: true, orphans: 0 },
    ],
    [
      "the account's, for Send As",
      "SendAs",
      [sendAs(sid), sendAs(`${sid}1`)],
      user,
      { isHeld: true, orphans: 1 },
    ],
    ["no one's", "FullAccess", [permission(sid)], [], { isHeld: false, orphans: 1 }],
  ])("may be %s", async (_name, right, list, users, expected) => {
    expect(await standingWith(right, list, users)).toMatchObject(expected);
  });

  it("is looked up only where there is one", async () => {
    const { exchange, asked } = tenantWith([
      permission("piet"),
      permission(sid, { IsInherited: true }),
    ]);
    await rights.FullAccess.standingOf(mailbox, account)({ exchange });
    expect(asked.map(({ cmdlet }) => cmdlet)).toEqual(["Get-MailboxPermission"]);
  });

  // The mailbox was there a moment ago. To a revoke, "missing" means that there is nothing left to revoke.
  it("that cannot be looked up because the user is not found is not a missing account", async () => {
    const found = await standingWith(
      "FullAccess",
      [permission(sid), permission(guidOf(9))],
      notFound(guidOf(9)),
    ).catch(Fault.of);
    expect(found).not.toMatchObject({ kind: "missing" });
  });
});

/** The ways to a tenant with these lists, in which changes become what is said. */
function ways(lists: unknown[][], becomes: ("planned" | "done" | "alreadySo")[] = []) {
  const changes: ExchangeStep[] = [];
  const said: string[] = [];
  const { exchange, asked } = tenantWith(...lists);
  return {
    changes,
    said,
    asked,
    exchange,
    read: <T>(query: ExchangeQuery<T>): Promise<T> => query({ exchange }),
    change: (step: Parameters<ExchangeGate["change"]>[0]) => (
      changes.push(step as ExchangeStep),
      Promise.resolve(becomes.shift() ?? "done")
    ),
    log: (_level: "warning", message: string): void => void said.push(message),
  };
}
const toMailbox = 'on mailbox "Sales" <sales@contoso.com> (0b1ec700-0000-4000-8000-000000000001)';
const jan = `"Jan O'Brien" <jan@contoso.com> (${guidOf(9)})`;
const held: Record<RightName, unknown[]> = {
  FullAccess: [permission(guidOf(9))],
  SendAs: [sendAs(guidOf(9))],
  SendOnBehalf: [{ Guid: guidOf(1) }],
};

describe("a grant", () => {
  it.each<[RightName, string, Record<string, unknown>]>([
    [
      "FullAccess",
      "Add-MailboxPermission",
      {
        User: guidOf(9),
        AccessRights: ["FullAccess"],
        InheritanceType: "All",
        AutoMapping: false,
        Confirm: false,
      },
    ],
    [
      "SendAs",
      "Add-RecipientPermission",
      { Trustee: guidOf(9), AccessRights: ["SendAs"], Confirm: false },
    ],
    ["SendOnBehalf", "Set-Mailbox", { GrantSendOnBehalfTo: { add: [guidOf(9)] } }],
  ])("of %s is sent regardless of what was read", async (name, cmdlet, parameters) => {
    for (const isInPlace of [false, true]) {
      const own = ways([isInPlace ? held[name] : []]);
      await grant(rights[name], mailbox, account, { autoMapping: false, ...own });
      expect(own.changes).toEqual([
        {
          target: "exchange",
          operation: cmdlet,
          parameters: { Identity: guidOf(1), ...parameters },
          sentence: `Grant ${rights[name].label} ${toMailbox} to ${jan}`,
          before: { [name]: isInPlace },
          isInPlace,
          isInEffect: expect.any(Function) as unknown,
          ...(name === "SendOnBehalf" && { isSilent: true }),
        },
      ]);
      expect(own.said).toEqual([]);
    }
  });

  it.each<[string, RightName, unknown[], Mailbox, string, string]>([
    [
      "denied by an entry of its own",
      "FullAccess",
      [permission("jan@contoso.com", { Deny: "True" })],
      mailbox,
      "invalid",
      "wins over any grant",
    ],
    [
      "denied although it is allowed as well",
      "SendAs",
      [sendAs("jan@contoso.com"), sendAs("jan@contoso.com", { AccessControlType: "Deny" })],
      mailbox,
      "invalid",
      "wins over any grant",
    ],
    [
      "one too many",
      "FullAccess",
      others(maxEntries),
      mailbox,
      "invalid",
      "is full: Exchange allows 500 entries. Remove some",
    ],
    [
      "one too many, and some are dead",
      "FullAccess",
      [...others(maxEntries), permission(sid)],
      mailbox,
      "invalid",
      "Exchange allows 500 entries. Of these, one entry belongs to an account that no longer exists. Remove some",
    ],
    [
      "mastered on premises",
      "SendOnBehalf",
      [],
      { ...mailbox, IsDirSynced: true },
      "onPremises",
      "attribute publicDelegates",
    ],
    [
      "mastered on premises, as it says itself",
      "SendOnBehalf",
      [],
      { ...mailbox, IsDirSynced: true, IsExchangeCloudManaged: false },
      "onPremises",
      "attribute publicDelegates",
    ],
    [
      "on a mailbox that does not say whether it is hidden",
      "SendAs",
      [],
      { ...mailbox, HiddenFromAddressListsEnabled: undefined },
      "unexpected",
      "HiddenFromAddressListsEnabled",
    ],
  ])(
    "is refused before anything is sent when it is %s",
    async (_name, right, list, target, kind, message) => {
      const own = ways([list]);
      expect(
        await faultOf(grant(rights[right], target, account, { autoMapping: true, ...own })),
      ).toMatchObject({ kind, message: expect.stringContaining(message) as string });
      expect(own.changes).toEqual([]);
    },
  );

  it.each<[string, RightName, unknown[], Partial<Mailbox>, string[]]>([
    ["nearly full", "FullAccess", others(399), {}, []],
    ["about to be full", "FullAccess", others(400), {}, ["has 400 of at most 500 entries."]],
    [
      "full, and has it already",
      "FullAccess",
      [...others(maxEntries), permission("jan@contoso.com")],
      {},
      ["has 501 of at most 500 entries."],
    ],
    [
      "about to be full of dead entries",
      "FullAccess",
      [...others(398), permission(sid), permission(`${sid}1`)],
      {},
      [
        "has 400 of at most 500 entries. Of these, 2 entries belong to accounts that no longer exist.",
      ],
    ],
    [
      "with one dead entry",
      "SendAs",
      [sendAs(sid)],
      {},
      ["000001), one entry belongs to an account that no longer exists."],
    ],
    [
      "with two",
      "SendAs",
      [sendAs(sid), sendAs(`${sid}1`)],
      {},
      ["2 entries belong to accounts that no longer exist."],
    ],
    [
      "hidden",
      "SendAs",
      [],
      { HiddenFromAddressListsEnabled: true },
      ["desktop Outlook may refuse Send As"],
    ],
    [
      "hidden, for Send on Behalf",
      "SendOnBehalf",
      [],
      { HiddenFromAddressListsEnabled: "True" },
      ["desktop Outlook may refuse Send on Behalf"],
    ],
    ["hidden, for Full Access", "FullAccess", [], { HiddenFromAddressListsEnabled: true }, []],
    ["synchronised, for another right", "FullAccess", [], { IsDirSynced: true }, []],
    [
      "synchronised and managed in the cloud",
      "SendOnBehalf",
      [],
      { IsDirSynced: true, IsExchangeCloudManaged: true },
      [],
    ],
  ])(
    "is sent on a list or mailbox that is %s, with a word about it",
    async (_name, right, list, of, said) => {
      const own = ways([list]);
      await grant(rights[right], { ...mailbox, ...of }, account, { autoMapping: true, ...own });
      expect(own.changes).toHaveLength(1);
      expect(own.said).toEqual(said.map((message) => expect.stringContaining(message) as string));
    },
  );
});

describe("a revoke", () => {
  it.each<[RightName, string, (trustee: string) => Record<string, unknown>, string]>([
    [
      "FullAccess",
      "Remove-MailboxPermission",
      (User) => ({ User, AccessRights: ["FullAccess"], InheritanceType: "All", Confirm: false }),
      "jan@contoso.com",
    ],
    [
      "SendAs",
      "Remove-RecipientPermission",
      (Trustee) => ({ Trustee, AccessRights: ["SendAs"], Confirm: false }),
      "jan@contoso.com",
    ],
    [
      "SendOnBehalf",
      "Set-Mailbox",
      (trustee) => ({ GrantSendOnBehalfTo: { remove: [trustee] } }),
      "CN=O'Brien,OU=x",
    ],
  ])(
    "of %s is sent regardless of what was read, with the account's other names as alternatives",
    async (name, cmdlet, parameters, otherName) => {
      const sentence = `Revoke ${rights[name].label} ${toMailbox} from ${jan}`;
      for (const list of [held[name], []]) {
        const own = ways([list]);
        await revoke(rights[name], mailbox, account, own);
        expect(own.changes).toEqual([
          {
            target: "exchange",
            operation: cmdlet,
            parameters: { Identity: guidOf(1), ...parameters(guidOf(9)) },
            sentence,
            before: { [name]: list === held[name] },
            isInPlace: list !== held[name],
            isInEffect: expect.any(Function) as unknown,
            isRemoval: true,
            ...(name === "SendOnBehalf" && { isSilent: true }),
            alternatives: [
              {
                after: "alreadySo",
                target: "exchange",
                operation: cmdlet,
                parameters: { Identity: guidOf(1), ...parameters(otherName) },
                sentence: `${sentence}, by another name`,
              },
            ],
          },
        ]);
        expect([own.asked.length, own.said]).toEqual([1, []]);
      }
    },
  );

  it.each<[string, unknown[], boolean]>([
    ["nothing", [], true],
    ["the account", [permission("jan@contoso.com")], false],
    ["the account's GUID", [permission(guidOf(9))], false],
    ["one of the same display name", [permission("Jan O'Brien")], false],
    ["someone else", [permission("piet")], true],
    ["a Deny", [permission("jan@contoso.com", { Deny: true })], true],
    ["an entry that can be the account's", [permission(sid)], false],
  ])("is in effect by what a look shows: %s", async (_name, list, expected) => {
    const own = ways([[], list]);
    await revoke(rights.FullAccess, mailbox, account, own);
    expect(await own.changes[0]?.isInEffect?.({ exchange: own.exchange })).toBe(expected);
  });

  it.each<[string, unknown[], boolean]>([
    ["the mailbox comes back for the opposite condition", [{ Guid: guidOf(1) }], true],
    ["nothing comes back, whatever is asked", [], false],
  ])("of Send on Behalf is in effect when %s", async (_name, found, expected) => {
    const own = ways([[], [], found]);
    await revoke(rights.SendOnBehalf, mailbox, account, own);
    expect(await own.changes[0]?.isInEffect?.({ exchange: own.exchange })).toBe(expected);
  });

  it("can be sent by the account's security identifier when the list shows such identifiers", async () => {
    const { exchange } = tenantOf({
      "Get-MailboxPermission": () => [permission(sid)],
      "Get-User": () => [{ Guid: guidOf(9), Sid: sid }],
    });
    const changes: ExchangeStep[] = [];
    await revoke(rights.FullAccess, mailbox, account, {
      read: (query) => query({ exchange }),
      change: (step) => (changes.push(step as ExchangeStep), Promise.resolve("done")),
      log: () => undefined,
    });
    expect(changes[0]?.before).toEqual({ FullAccess: true });
    expect(changes[0]?.alternatives?.map(({ parameters }) => parameters["User"])).toEqual([
      "jan@contoso.com",
      sid,
    ]);
  });

  it("warns of entries of accounts that no longer exist", async () => {
    const own = ways([[permission(sid), permission(`${sid}1`)]]);
    await revoke(rights.FullAccess, mailbox, account, own);
    expect(own.said).toEqual([
      expect.stringContaining("2 entries belong to accounts that no longer exist"),
    ]);
  });

  it("of Send on Behalf is refused when Active Directory masters the mailbox", async () => {
    const own = ways([held.SendOnBehalf]);
    expect(
      await faultOf(revoke(rights.SendOnBehalf, { ...mailbox, IsDirSynced: "True" }, account, own)),
    ).toMatchObject({ kind: "onPremises" });
    expect(own.changes).toEqual([]);
  });

  it("of Send on Behalf that no one has sends nothing, wherever it is mastered", async () => {
    const own = ways([[]]);
    await revoke(rights.SendOnBehalf, { ...mailbox, IsDirSynced: "True" }, account, own);
    expect(own.changes).toEqual([]);
  });
});

it("rights are found by their names in any case", () => {
  expect(
    ["fullaccess", "SENDAS", "SendOnBehalf", "Full Access", "", "toString"].map(
      (name) => rightNamed(name)?.label,
    ),
  ).toEqual(["Full Access", "Send As", "Send on Behalf", undefined, undefined, undefined]);
});

it.each([
  [sid, true],
  [sid.toLowerCase(), true],
  ["S-1-5-10", false],
  ["S-1-5-21", false],
  [`x${sid}`, false],
  [`${sid} x`, false],
])("%s is a dead trustee: %j", (text, expected) => {
  expect(isSid(text)).toBe(expected);
});
