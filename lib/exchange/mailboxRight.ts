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
import type { Hashtable, Parameters, Row } from "./client/encoding.ts";
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
  standingOf(mailbox: Mailbox, account: Account): ExchangeQuery<Standing>;
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
    standingOf: sendAsStanding,
    granting: (mailbox, account) => sendAsChange("Add-RecipientPermission", mailbox, account.Guid),
    revoking: (mailbox, trustee) => sendAsChange("Remove-RecipientPermission", mailbox, trustee),
  },
  SendOnBehalf: {
    name: "SendOnBehalf",
    label: "Send on Behalf",
    isSilent: true,
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

function fullAccessStanding(mailbox: Mailbox, account: Account): ExchangeQuery<Standing> {
  const list = { reading: readingPermissions(mailbox), entryOf: permissionEntry };
  return readingOf(mailbox, async ({ exchange }) => {
    const all = await entriesIn(exchange, mailbox, list);
    const withRight = (entries: typeof all): Entry[] =>
      entries.filter(({ hasFullAccess }) => hasFullAccess);
    return await standing(account, exchange, {
      listed: withRight(all),
      counted: withoutInherited(all),
      entriesOfAccount: async () =>
        withRight(await entriesOf(exchange, { User: account.Guid }, list)),
    });
  });
}

function sendAsStanding(mailbox: Mailbox, account: Account): ExchangeQuery<Standing> {
  const list = { reading: readingSendAs(mailbox), entryOf: sendAsEntry };
  return readingOf(mailbox, async ({ exchange }) =>
    standing(account, exchange, {
      listed: await entriesIn(exchange, mailbox, list),
      counted: [],
      entriesOfAccount: () => entriesOf(exchange, { Trustee: account.Guid }, list),
    }),
  );
}

/** The entries of the whole list. */
async function entriesIn<E extends Entry>(
  exchange: Exchange,
  mailbox: Mailbox,
  { reading, entryOf }: { reading: Command; entryOf(row: Row): E },
): Promise<E[]> {
  const { rows } = await exchange.invoke(reading);
  assertNotEmpty(rows, mailbox);
  return rows.map(entryOf);
}

/** The entries of one trustee, without inherited ones. */
async function entriesOf<E extends Entry>(
  exchange: Exchange,
  trustee: Parameters,
  { reading, entryOf }: { reading: Command; entryOf(row: Row): E },
): Promise<E[]> {
  const { rows } = await exchange.invoke(forTrustee(reading, trustee));
  return withoutInherited(rows.map(entryOf));
}

function withoutInherited<E extends Entry>(entries: readonly E[]): E[] {
  return entries.filter(({ isInherited }) => !isInherited);
}

function sendOnBehalfStanding(mailbox: Mailbox, account: Account): ExchangeQuery<Standing> {
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke(readingDelegate(mailbox, account.DistinguishedName));
    return {
      isHeld: isAmong(mailbox.Guid, rows),
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
