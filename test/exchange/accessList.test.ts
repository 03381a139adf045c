import { describe, expect, it } from "vitest";
import { isSid } from "../../lib/exchange/accessList.ts";
import { rights, type RightName, type Standing } from "../../lib/exchange/mailboxRight.ts";
import { Fault } from "../../lib/fault.ts";
import { guidOf, tenantOf } from "./answering.ts";
import { notFound, type rows } from "./scripted.ts";
import { account, mailbox, permission, sendAs, sid, standing, tenantWith } from "./rightLists.ts";

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
