import {
  isSid,
  permissionEntry,
  readingPermissions,
  readingSendAs,
  rightLists,
  sendAsEntry,
  type Entry,
} from "./accessList.ts";
import { isAccount, mayBeAccount, sidLookup, withSid, type Account } from "./account.ts";
import type { Hashtable } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { hasGuid } from "./client/lookUp.ts";
import { allOf, equals } from "./client/opath.ts";
import type { Mailbox } from "./mailbox.ts";
import type { CmdletCall, Cmdlets, ExchangeQuery } from "./target.ts";

export type RightName = "FullAccess" | "SendAs" | "SendOnBehalf";

/**
 * Whether an account has a right on a mailbox, according to the lists. Lists lag behind writes by seconds to minutes.
 */
export interface Standing {
  isHeld: boolean;
  /** An entry may be this account's, or that of another one of the same display name. */
  mayBeHeld: boolean;
  isDenied: boolean;
  /** As `mayBeHeld`. */
  mayBeDenied: boolean;
  /** Entries that count towards the limit of the list; 0 for a right that is not kept in a list. */
  entries: number;
  /** Entries of accounts that no longer exist. */
  orphans: number;
}

export interface Right {
  name: RightName;
  /** What people call it. */
  label: string;
  standingOf(mailbox: Mailbox, account: Account): ExchangeQuery<Standing>;
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
    standingOf: sendOnBehalfStanding,
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
export const rightLookup: Cmdlets = {
  ...rightLists,
  ...sidLookup,
  "Get-Mailbox": ["Filter"],
};

function fullAccessStanding(mailbox: Mailbox, account: Account): ExchangeQuery<Standing> {
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke(readingPermissions(mailbox));
    const own = rows.map(permissionEntry).filter(({ isInherited }) => !isInherited);
    const entries = own.filter(({ hasFullAccess }) => hasFullAccess);
    return await standing(entries, own, account, exchange);
  };
}

function sendAsStanding(mailbox: Mailbox, account: Account): ExchangeQuery<Standing> {
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke(readingSendAs(mailbox));
    return await standing(rows.map(sendAsEntry), [], account, exchange);
  };
}

/** The list shows names, display names or GUIDs. A filter compares distinguished names, which are unambiguous. */
function sendOnBehalfStanding(mailbox: Mailbox, account: Account): ExchangeQuery<Standing> {
  const filter = allOf(
    equals("Guid", mailbox.Guid),
    equals("GrantSendOnBehalfTo", account.DistinguishedName),
  );
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke({
      cmdlet: "Get-Mailbox",
      parameters: { Filter: filter },
      select: ["Guid"],
    });
    const isHeld = rows.some(hasGuid(mailbox.Guid));
    return {
      isHeld,
      mayBeHeld: isHeld,
      isDenied: false,
      mayBeDenied: false,
      entries: 0,
      orphans: 0,
    };
  };
}

async function standing(
  entries: readonly Entry[],
  own: readonly Entry[],
  caller: Account,
  exchange: Exchange,
): Promise<Standing> {
  const given = entries.filter(({ isInherited }) => !isInherited);
  // An identifier in a list may be that of an account that no longer exists, or of this one.
  const account = [...given, ...own].some(({ trustee }) => isSid(trustee))
    ? await withSid(caller)({ exchange })
    : caller;
  const allowed = given.filter(({ isDenied }) => !isDenied);
  return {
    isHeld: allowed.some(({ trustee }) => isAccount(account, trustee)),
    mayBeHeld: allowed.some(({ trustee }) => mayBeAccount(account, trustee)),
    isDenied: given.some(({ isDenied, trustee }) => isDenied && isAccount(account, trustee)),
    mayBeDenied: given.some(({ isDenied, trustee }) => isDenied && mayBeAccount(account, trustee)),
    entries: own.length,
    orphans: [...new Set([...given, ...own])].filter(
      ({ trustee }) => isSid(trustee) && !isAccount(account, trustee),
    ).length,
  };
}
