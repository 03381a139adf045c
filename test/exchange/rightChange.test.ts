import { describe, expect, it } from "vitest";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { grant, maxEntries, revoke } from "../../lib/exchange/rightChange.ts";
import { rights, type RightName } from "../../lib/exchange/mailboxRight.ts";
import { guidOf, tenantOf } from "./answering.ts";
import type { ExchangeGate, ExchangeQuery, ExchangeStep } from "../../lib/exchange/target.ts";
import { account, mailbox, permission, sendAs, sid, tenantWith } from "./rightLists.ts";

/** Entries of others. */
const others = (count: number): unknown[] =>
  Array.from({ length: count }, (_, index) =>
    permission(`other${index}@contoso.com`, { AccessRights: ["ReadPermission"] }),
  );

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
    attemptAll: (steps: Parameters<ExchangeGate["attemptAll"]>[0]) => {
      changes.push(...(steps as ExchangeStep[]));
      return Promise.resolve(steps.map(() => becomes.shift() ?? ("done" as const)));
    },
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
      await grant([{ right: rights[name], mailbox, account }], { autoMapping: false, ...own });
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
        await grant([{ right: rights[right], mailbox: target, account }], {
          autoMapping: true,
          ...own,
        }),
      ).toMatchObject([{ kind, message: expect.stringContaining(message) as string }]);
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
      const place = { right: rights[right], mailbox: { ...mailbox, ...of }, account };
      await grant([place], { autoMapping: true, ...own });
      expect(own.changes).toHaveLength(1);
      expect(own.said).toEqual(said.map((message) => expect.stringContaining(message) as string));
    },
  );
});

describe("a revoke", () => {
  const synced = {
    right: rights.SendOnBehalf,
    mailbox: { ...mailbox, IsDirSynced: "True" },
    account,
  };

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
        await revoke([{ right: rights[name], mailbox, account }], own);
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
    await revoke([{ right: rights.FullAccess, mailbox, account }], own);
    expect(await own.changes[0]?.isInEffect?.({ exchange: own.exchange })).toBe(expected);
  });

  it.each<[string, unknown[], boolean]>([
    ["the mailbox comes back for the opposite condition", [{ Guid: guidOf(1) }], true],
    ["nothing comes back, whatever is asked", [], false],
  ])("of Send on Behalf is in effect when %s", async (_name, found, expected) => {
    const own = ways([[], [], found]);
    await revoke([{ right: rights.SendOnBehalf, mailbox, account }], own);
    expect(await own.changes[0]?.isInEffect?.({ exchange: own.exchange })).toBe(expected);
  });

  it("can be sent by the account's security identifier when the list shows such identifiers", async () => {
    const { exchange } = tenantOf({
      "Get-MailboxPermission": () => [permission(sid)],
      "Get-User": () => [{ Guid: guidOf(9), Sid: sid }],
    });
    const changes: ExchangeStep[] = [];
    await revoke([{ right: rights.FullAccess, mailbox, account }], {
      read: (query) => query({ exchange }),
      attemptAll(steps) {
        changes.push(...(steps as ExchangeStep[]));
        return Promise.resolve(steps.map(() => "done"));
      },
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
    await revoke([{ right: rights.FullAccess, mailbox, account }], own);
    expect(own.said).toEqual([
      expect.stringContaining("2 entries belong to accounts that no longer exist"),
    ]);
  });

  it("of Send on Behalf is refused when Active Directory masters the mailbox", async () => {
    const own = ways([held.SendOnBehalf]);
    expect(await revoke([synced], own)).toMatchObject([{ kind: "onPremises" }]);
    expect(own.changes).toEqual([]);
  });

  it("of Send on Behalf that no one has sends nothing, wherever it is mastered", async () => {
    const own = ways([[]]);
    expect(await revoke([synced], own)).toEqual([]);
    expect(own.changes).toEqual([]);
  });
});
