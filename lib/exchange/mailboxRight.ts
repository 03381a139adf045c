import {
  assertNotEmpty,
  forTrustee,
  isSid,
  permissionEntry,
  readingDelegate,
  readingNonDelegate,
  readingPermissions,
  readingSendAs,
  rightLists,
  sendAsEntry,
  type Entry,
} from "./accessList.ts";
import {
  hasNamesake,
  isAccount,
  mayBeAccount,
  mayHaveSid,
  namesakeLookup,
  sidLookup,
  withSid,
  type Account,
} from "./account.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Hashtable, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { isAmong } from "./client/lookUp.ts";
import { readingOf, type Mailbox } from "./mailbox.ts";
import { possibleGroups, type Remaining } from "./remainingAccess.ts";
import { mergedCmdlets, type CmdletCall, type Cmdlets, type ExchangeQuery } from "./target.ts";

export type RightName = "FullAccess" | "SendAs" | "SendOnBehalf";

/**
 * Whether an account has a right on a mailbox, according to the lists. Lists lag behind writes by seconds to minutes.
 */
export interface Standing {
  isHeld: boolean;
  isDenied: boolean;
  /** Entries that count towards the limit of the list; 0 for a right that is not stored in a list. */
  entries: number;
  /** Entries of accounts that no longer exist. */
  orphans: number;
  /** Security identifiers of entries that can be the account's, whose own is not known. */
  possibleSids: readonly string[];
  /** What can leave the account the right after its own entry was removed. */
  remaining: Remaining;
  /** The account's security identifier, when the list shows such identifiers. */
  sid?: string | undefined;
}

export interface Right {
  name: RightName;
  /** The name that people use. */
  label: string;
  /** Exchange does not report when a change of this right changed nothing. */
  isSilent?: true;
  /** The list that shows who has the right on the mailbox with this Guid; undefined when no list does. */
  listOf?(id: string): ExchangeQuery<Row[]>;
  /**
   * Those whom the property of the mailbox shows, for a right that is no list; undefined when the property was not
   * read.
   */
  listIn?(mailbox: Mailbox): ExchangeQuery<Row[]> | undefined;
  /** `list`: when it was requested together with the mailbox. */
  standingOf(
    mailbox: Mailbox,
    account: Account,
    list?: ExchangeQuery<Row[]>,
  ): ExchangeQuery<Standing>;
  /**
   * Whether the account certainly does not have the right. Only for a right that is not in a list: a list is never
   * empty, but an empty answer to a filter shows nothing.
   */
  isAbsent?(mailbox: Mailbox, account: Account): ExchangeQuery<boolean>;
  granting(mailbox: Mailbox, account: Account, options: { autoMapping: boolean }): CmdletCall;
  /** `trustee` is one of the account's own names. */
  revoking(mailbox: Mailbox, trustee: string): CmdletCall;
}

export const rights: Readonly<Record<RightName, Right>> = {
  FullAccess: {
    name: "FullAccess",
    label: "Full Access",
    listOf: fullAccessList,
    standingOf: fullAccessStanding,
    granting: (mailbox, account, { autoMapping }) => ({
      target: "exchange",
      operation: "Add-MailboxPermission",
      parameters: {
        Identity: mailbox.Guid,
        User: account.Guid,
        AccessRights: ["FullAccess"],
        InheritanceType: "All",
        AutoMapping: autoMapping,
        Confirm: false,
      },
    }),
    revoking: (mailbox, trustee) => ({
      target: "exchange",
      operation: "Remove-MailboxPermission",
      parameters: {
        Identity: mailbox.Guid,
        User: trustee,
        AccessRights: ["FullAccess"],
        InheritanceType: "All",
        Confirm: false,
      },
    }),
  },
  SendAs: {
    name: "SendAs",
    label: "Send As",
    listOf: sendAsList,
    standingOf: sendAsStanding,
    granting: (mailbox, account) => sendAsChange("Add-RecipientPermission", mailbox, account.Guid),
    revoking: (mailbox, trustee) => sendAsChange("Remove-RecipientPermission", mailbox, trustee),
  },
  SendOnBehalf: {
    name: "SendOnBehalf",
    label: "Send on Behalf",
    isSilent: true,
    listIn: delegatesIn,
    standingOf: sendOnBehalfStanding,
    isAbsent:
      (mailbox, account) =>
      async ({ exchange }) => {
        const question = readingNonDelegate(mailbox, account.DistinguishedName);
        return isAmong(mailbox.Guid, (await exchange.invoke(question)).rows);
      },
    granting: (mailbox, account) => delegatesChange(mailbox, { add: [account.Guid] }),
    revoking: (mailbox, trustee) => delegatesChange(mailbox, { remove: [trustee] }),
  },
};

/** Matched without regard to case. */
export function rightNamed(name: string): Right | undefined {
  return Object.values(rights).find((right) => right.name.toLowerCase() === name.toLowerCase());
}

function sendAsChange(operation: string, mailbox: Mailbox, trustee: string): CmdletCall {
  return {
    target: "exchange",
    operation,
    parameters: {
      Identity: mailbox.Guid,
      Trustee: trustee,
      AccessRights: ["SendAs"],
      Confirm: false,
    },
  };
}

function delegatesChange(mailbox: Mailbox, delegates: Hashtable): CmdletCall {
  return {
    target: "exchange",
    operation: "Set-Mailbox",
    parameters: { Identity: mailbox.Guid, GrantSendOnBehalfTo: delegates },
  };
}

/** What `standingOf` sends. */
export const rightLookup: Cmdlets = mergedCmdlets(rightLists, sidLookup, namesakeLookup, {
  "Get-Mailbox": ["Filter"],
  "Get-MailboxPermission": ["User"],
  "Get-RecipientPermission": ["Trustee"],
});

function fullAccessList(id: string): ExchangeQuery<Row[]> {
  return listed(readingPermissions({ Guid: id }));
}

function sendAsList(id: string): ExchangeQuery<Row[]> {
  return listed(readingSendAs({ Guid: id }));
}

function listed(reading: Command): ExchangeQuery<Row[]> {
  return async ({ exchange }) => (await exchange.invoke(reading)).rows;
}

function fullAccessStanding(
  mailbox: Mailbox,
  account: Account,
  list = fullAccessList(mailbox.Guid),
): ExchangeQuery<Standing> {
  return readingOf(mailbox, async ({ exchange }) => {
    const all = entriesIn(await list({ exchange }), mailbox, permissionEntry);
    const withRight = (entries: typeof all): Entry[] =>
      entries.filter(({ hasFullAccess }) => hasFullAccess);
    const own = forTrustee(readingPermissions(mailbox), { User: account.Guid });
    return await standing(account, exchange, {
      listed: withRight(all),
      counted: withoutInherited(all),
      entriesOfAccount: async () => withRight(await entriesOf(exchange, own, permissionEntry)),
    });
  });
}

function sendAsStanding(
  mailbox: Mailbox,
  account: Account,
  list = sendAsList(mailbox.Guid),
): ExchangeQuery<Standing> {
  const own = forTrustee(readingSendAs(mailbox), { Trustee: account.Guid });
  return readingOf(mailbox, async ({ exchange }) =>
    standing(account, exchange, {
      listed: entriesIn(await list({ exchange }), mailbox, sendAsEntry),
      counted: [],
      entriesOfAccount: () => entriesOf(exchange, own, sendAsEntry),
    }),
  );
}

/** The entries of the whole list. */
function entriesIn<E extends Entry>(
  rows: readonly Row[],
  mailbox: Mailbox,
  entryOf: (row: Row) => E,
): E[] {
  assertNotEmpty(rows, mailbox);
  return rows.map(entryOf);
}

/** The entries of one trustee, without inherited ones. */
async function entriesOf<E extends Entry>(
  exchange: Exchange,
  reading: Command,
  entryOf: (row: Row) => E,
): Promise<E[]> {
  const { rows } = await exchange.invoke(reading);
  return withoutInherited(rows.map(entryOf));
}

function withoutInherited<E extends Entry>(entries: readonly E[]): E[] {
  return entries.filter(({ isInherited }) => !isInherited);
}

function delegatesIn({
  GrantSendOnBehalfTo: delegates,
}: Mailbox): ExchangeQuery<Row[]> | undefined {
  if (delegates === undefined) return undefined;
  const rows = [delegates ?? []].flat().map((Trustee) => ({ Trustee }));
  return () => Promise.resolve(rows);
}

/** The property shows names that several accounts can have: only a filter shows that the account is meant. */
function sendOnBehalfStanding(
  mailbox: Mailbox,
  account: Account,
  list?: ExchangeQuery<Row[]>,
): ExchangeQuery<Standing> {
  const isDelegate: ExchangeQuery<boolean> = async ({ exchange }) => {
    const { rows } = await exchange.invoke(readingDelegate(mailbox, account.DistinguishedName));
    return isAmong(mailbox.Guid, rows);
  };
  return async (targets) => {
    const mayBe =
      list === undefined ||
      (await list(targets)).some(({ Trustee }) => mayBeAccount(account, textOf(Trustee)));
    return {
      isHeld: mayBe && (await isDelegate(targets)),
      isDenied: false,
      entries: 0,
      orphans: 0,
      possibleSids: [],
      remaining: { isInherited: false, possibleGroups: [] },
    };
  };
}

interface Lists {
  /** The entries for the right. */
  listed: readonly Entry[];
  /** The entries that count towards the limit of the list. */
  counted: readonly Entry[];
  /** The entries that the service returns for this account only. */
  entriesOfAccount(): Promise<readonly Entry[]>;
}

async function standing(
  caller: Account,
  exchange: Exchange,
  { listed, counted, entriesOfAccount }: Lists,
): Promise<Standing> {
  const entries = withoutInherited(listed);
  // A security identifier in a list may belong to an account that no longer exists, or to this one.
  const account = [...entries, ...counted].some(({ trustee }) => isSid(trustee))
    ? await withSid(caller)({ exchange })
    : caller;
  const possible = mayHaveSid(account) ? entries.filter(({ trustee }) => isSid(trustee)) : [];
  const certain = entries.filter(({ trustee }) => isAccount(account, trustee));
  const uncertain = entries.filter(
    ({ trustee }) => !isAccount(account, trustee) && mayBeAccount(account, trustee),
  );
  const own = uncertain.length === 0 ? certain : [...certain, ...(await ofAccount())];
  return {
    sid: account.sid,
    isHeld: own.some(({ isDenied }) => !isDenied),
    isDenied: own.some(({ isDenied }) => isDenied),
    entries: counted.length,
    orphans: [...new Set([...entries, ...counted])].filter(
      ({ trustee }) => isSid(trustee) && !isAccount(account, trustee),
    ).length,
    possibleSids: possible.map(({ trustee }) => trustee),
    remaining: {
      isInherited: listed.some((one) => one.isInherited && isAccount(account, one.trustee)),
      possibleGroups: possibleGroups(entries.filter((entry) => !own.includes(entry))),
    },
  };

  /**
   * When a list shows only a display name, the service knows whose entry it is. Its answer that the entry is not the
   * account's is trusted only for a name that someone else has too.
   */
  async function ofAccount(): Promise<readonly Entry[]> {
    const found = await entriesOfAccount();
    if (found.length > 0) return found;
    return (await hasNamesake(account)({ exchange })) ? [] : uncertain;
  }
}
