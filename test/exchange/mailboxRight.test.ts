import { describe, expect, it } from "vitest";
import {
  rightNamed,
  rights,
  type RightName,
  type Standing,
} from "../../lib/exchange/mailboxRight.ts";
import { guidOf, tenantOf, type Asked } from "./answering.ts";
import { faultOf } from "./scripted.ts";
import { account, mailbox, permission, sendAs, sid, standing, tenantWith } from "./rightLists.ts";

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

it("rights are found by their names in any case", () => {
  expect(
    ["fullaccess", "SENDAS", "SendOnBehalf", "Full Access", "", "toString"].map(
      (name) => rightNamed(name)?.label,
    ),
  ).toEqual(["Full Access", "Send As", "Send on Behalf", undefined, undefined, undefined]);
});
