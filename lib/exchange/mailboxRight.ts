import { Fault } from "../fault.ts";
import { isAccount, mayBeAccount, sidLookup, withSid, type Account } from "./account.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { allOf, equals } from "./client/opath.ts";
import { booleanProperty, synchronisationOf, type Mailbox } from "./mailbox.ts";
import { masteredAs } from "./onPremisesAttributes.ts";
import { hasGuid } from "./client/lookUp.ts";
import { nameOf } from "./naming.ts";
import type { CmdletCall, Cmdlets, ExchangeGate, ExchangeQuery } from "./target.ts";

export type RightName = "FullAccess" | "SendAs" | "SendOnBehalf";

/** What has to be read of a mailbox before a right on it can be granted or revoked. */
export const rightProperties = [
  "HiddenFromAddressListsEnabled",
  "IsDirSynced",
  "IsExchangeCloudManaged",
];

/** One line of an access list. */
export interface Entry {
  /** In whatever form the service chose: UPN, name, display name, GUID, SID. */
  trustee: string;
  isDenied: boolean;
  /** Inherited from above, or the mailbox's own: nobody was given it. */
  isInherited: boolean;
}

/** How an account stands to a right on a mailbox, by what is listed. Lists lag behind writes by seconds to minutes. */
export interface Standing {
  isHeld: boolean;
  /** A line may be this account's, or that of another one of the same display name. */
  mayBeHeld: boolean;
  isDenied: boolean;
  /** As `mayBeHeld`. */
  mayBeDenied: boolean;
  /** Lines that count towards the limit of the list; none for a right that is not kept in one. */
  entries: number;
  /** Lines of accounts that are no more. */
  orphans: number;
}

export interface Right {
  name: RightName;
  /** As people call it. */
  label: string;
  /** Exchange does not report when a change of this right changed nothing. */
  isSilent?: true;
  standingOf(mailbox: Mailbox, account: Account): ExchangeQuery<Standing>;
  granting(mailbox: Mailbox, account: Account, options: { autoMapping: boolean }): CmdletCall;
  /** `trustee` is one of the account's own names. */
  revoking(mailbox: Mailbox, trustee: string): CmdletCall;
}

/** More entries than these on one mailbox are refused (the service's own limit; dead ones count). */
export const mostEntries = 500;
const manyEntries = 400;

export const rights: Readonly<Record<RightName, Right>> = {
  FullAccess: {
    name: "FullAccess",
    label: "Full Access",
    standingOf:
      (mailbox, account) =>
      async ({ exchange }) => {
        const { rows } = await exchange.invoke(readingPermissions(mailbox));
        const own = rows.map(permissionEntry).filter(({ isInherited }) => !isInherited);
        return await standing(
          own.filter(({ hasFullAccess }) => hasFullAccess),
          own,
          account,
          exchange,
        );
      },
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
    standingOf:
      (mailbox, account) =>
      async ({ exchange }) => {
        const { rows } = await exchange.invoke(readingSendAs(mailbox));
        return await standing(rows.map(sendAsEntry), [], account, exchange);
      },
    granting: (mailbox, account) => ({
      target: "exchange",
      operation: "Add-RecipientPermission",
      parameters: {
        Identity: mailbox.Guid,
        Trustee: account.Guid,
        AccessRights: ["SendAs"],
        Confirm: false,
      },
    }),
    revoking: (mailbox, trustee) => ({
      target: "exchange",
      operation: "Remove-RecipientPermission",
      parameters: {
        Identity: mailbox.Guid,
        Trustee: trustee,
        AccessRights: ["SendAs"],
        Confirm: false,
      },
    }),
  },
  SendOnBehalf: {
    name: "SendOnBehalf",
    label: "Send on Behalf",
    isSilent: true,
    // The list reads back as names, display names or GUIDs; a filter compares distinguished names, and leaves nothing to guess.
    standingOf:
      (mailbox, account) =>
      async ({ exchange }) => {
        const { rows } = await exchange.invoke({
          cmdlet: "Get-Mailbox",
          parameters: {
            Filter: allOf(
              equals("Guid", mailbox.Guid),
              equals("GrantSendOnBehalfTo", account.DistinguishedName),
            ),
          },
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
      },
    granting: (mailbox, account) => ({
      target: "exchange",
      operation: "Set-Mailbox",
      parameters: { Identity: mailbox.Guid, GrantSendOnBehalfTo: { add: [account.Guid] } },
    }),
    revoking: (mailbox, trustee) => ({
      target: "exchange",
      operation: "Set-Mailbox",
      parameters: { Identity: mailbox.Guid, GrantSendOnBehalfTo: { remove: [trustee] } },
    }),
  },
};

/** What asking for the entries of the lists sends. */
export const rightLists: Cmdlets = {
  "Get-MailboxPermission": ["Identity", "IncludeUnresolvedPermissions", "ResultSize"],
  "Get-RecipientPermission": ["Identity", "ResultSize"],
};
/** What `standingOf` sends. */
export const rightLookup: Cmdlets = {
  ...rightLists,
  ...sidLookup,
  "Get-Mailbox": ["Filter"],
};
const onBehalf: Cmdlets = { "Set-Mailbox": ["Identity", "GrantSendOnBehalfTo"] };
/** What `grant` sends. */
export const rightGrant: Cmdlets = {
  ...rightLookup,
  ...onBehalf,
  "Add-MailboxPermission": [
    "Identity",
    "User",
    "AccessRights",
    "InheritanceType",
    "AutoMapping",
    "Confirm",
  ],
  "Add-RecipientPermission": ["Identity", "Trustee", "AccessRights", "Confirm"],
};
/** What `revoke` sends. */
export const rightRevocation: Cmdlets = {
  ...rightLookup,
  ...onBehalf,
  "Remove-MailboxPermission": ["Identity", "User", "AccessRights", "InheritanceType", "Confirm"],
  "Remove-RecipientPermission": ["Identity", "Trustee", "AccessRights", "Confirm"],
};

/** Matched without regard to case. */
export function rightNamed(name: string): Right | undefined {
  return Object.values(rights).find((right) => right.name.toLowerCase() === name.toLowerCase());
}

/** Entries of accounts that are no more count towards the limit, and show only to those who ask for them. */
export function readingPermissions(mailbox: Pick<Mailbox, "Guid">) {
  return {
    cmdlet: "Get-MailboxPermission",
    parameters: {
      Identity: mailbox.Guid,
      IncludeUnresolvedPermissions: true,
      ResultSize: "Unlimited",
    },
    select: ["User", "AccessRights", "Deny", "IsInherited"],
  };
}

export function permissionEntry(row: Row): Entry & { hasFullAccess: boolean } {
  const rightsHeld = [row["AccessRights"] ?? []]
    .flat()
    .flatMap((one) => textOf(one).split(","))
    .map((one) => one.trim().toLowerCase());
  return {
    ...entryOf(textOf(row["User"]), row),
    isDenied: isTrue(row["Deny"]),
    hasFullAccess: rightsHeld.includes("fullaccess"),
  };
}

export function readingSendAs(mailbox: Pick<Mailbox, "Guid">) {
  return {
    cmdlet: "Get-RecipientPermission",
    parameters: { Identity: mailbox.Guid, ResultSize: "Unlimited" },
    select: sendAsProperties,
  };
}

export const sendAsProperties = [
  "Identity",
  "Trustee",
  "AccessControlType",
  "AccessRights",
  "IsInherited",
];

export function sendAsEntry(row: Row): Entry {
  return {
    ...entryOf(textOf(row["Trustee"]), row),
    isDenied: textOf(row["AccessControlType"]).toLowerCase() === "deny",
  };
}

function entryOf(trustee: string, row: Row): Pick<Entry, "trustee" | "isInherited"> {
  return { trustee, isInherited: isTrue(row["IsInherited"]) || /^NT AUTHORITY\\/i.test(trustee) };
}

/** `Deny` was seen as a text where others see a boolean. */
function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

/** A trustee that is nobody's name any more. */
export function isSid(trustee: string): boolean {
  return /^S-1-5-21(-\d+)+$/i.test(trustee);
}

async function standing(
  entries: readonly Entry[],
  own: readonly Entry[],
  caller: Account,
  exchange: Exchange,
): Promise<Standing> {
  const given = entries.filter(({ isInherited }) => !isInherited);
  // A list that calls somebody by an identifier may mean an account that is gone, or this one.
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

/** What granting and revoking need beside the right. */
export interface RightGate extends Pick<ExchangeGate, "read" | "change"> {
  log(level: "warning", message: string): void;
}

/**
 * Grants one right. It is sent whatever the list says, because the list may be old; Exchange says when it was there already. Throws `invalid`
 * when a Deny entry would make it worthless, or the list is full, and `onPremises` when Active Directory masters the right.
 */
export async function grant(
  right: Right,
  mailbox: Mailbox,
  account: Account,
  { autoMapping, read, change, log }: RightGate & { autoMapping: boolean },
): Promise<void> {
  refuseMastered(right, mailbox);
  const { isHeld, mayBeHeld, isDenied, mayBeDenied, entries, orphans } = await read(
    right.standingOf(mailbox, account),
  );
  const dead = orphans === 0 ? "" : ` Of these, ${ofTheGone(orphans)}.`;
  if (isDenied)
    throw Fault.invalid(
      `Mailbox ${nameOf(mailbox)} denies ${right.label} to ${nameOf(account)} by an entry of its own, which wins over any grant: remove that entry first.`,
    );
  if (mayBeDenied)
    log(
      "warning",
      `Mailbox ${nameOf(mailbox)} denies ${right.label} to somebody called "${account.DisplayName}", which may be this account: a Deny entry wins over any grant.`,
    );
  if (!mayBeHeld && entries >= mostEntries)
    throw Fault.invalid(
      `The access list of mailbox ${nameOf(mailbox)} is full: Exchange allows ${mostEntries} entries.${dead} Remove some, or grant the right to a group.`,
    );
  if (entries >= manyEntries)
    log(
      "warning",
      `The access list of mailbox ${nameOf(mailbox)} has ${entries} of at most ${mostEntries} entries.${dead}`,
    );
  else if (orphans > 0) log("warning", `On mailbox ${nameOf(mailbox)}, ${ofTheGone(orphans)}.`);
  if (right.name !== "FullAccess" && booleanProperty(mailbox, "HiddenFromAddressListsEnabled"))
    log(
      "warning",
      `Mailbox ${nameOf(mailbox)} is hidden from the address lists: desktop Outlook may refuse ${right.label} on it.`,
    );
  await change({
    ...right.granting(mailbox, account, { autoMapping }),
    sentence: `Grant ${right.label} on mailbox ${nameOf(mailbox)} to ${nameOf(account)}`,
    before: { [right.name]: isHeld },
    isInPlace: isHeld,
    isInEffect: async (targets) => (await right.standingOf(mailbox, account)(targets)).mayBeHeld,
    ...(right.isSilent && { isSilent: true }),
  });
}

/**
 * Takes one right away. It is sent whatever the list shows. When Exchange answers that there was nothing to remove, and the
 * list still shows the entry, it is sent again by another name of the account: an entry can be kept under a name that the
 * first one did not match. The gate judges by the list whether the right is gone. Throws `onPremises` when Active Directory
 * masters the right.
 */
export async function revoke(
  right: Right,
  mailbox: Mailbox,
  account: Account,
  { read, change, log }: RightGate,
): Promise<void> {
  refuseMastered(right, mailbox);
  const { isHeld, orphans } = await read(right.standingOf(mailbox, account));
  if (orphans > 0)
    log("warning", `On mailbox ${nameOf(mailbox)}, ${ofTheGone(orphans)}. ${ofTheGoneAdvice}`);
  const sentence = `Revoke ${right.label} on mailbox ${nameOf(mailbox)} from ${nameOf(account)}`;
  await change({
    ...right.revoking(mailbox, account.Guid),
    sentence,
    before: { [right.name]: isHeld },
    isInPlace: !isHeld,
    isInEffect: async (targets) => !(await right.standingOf(mailbox, account)(targets)).mayBeHeld,
    ...(right.isSilent && { isSilent: true }),
    alternatives: otherNamesOf(right, account).map((name) => ({
      ...right.revoking(mailbox, name),
      sentence: `${sentence}, by another name`,
    })),
  });
}

/** Such entries are known to keep others from being removed. */
const ofTheGoneAdvice = "Such entries can keep others from being removed.";

/** The other names under which an entry of the account can be kept. */
function otherNamesOf({ name }: Right, account: Account): string[] {
  const names =
    name === "SendOnBehalf"
      ? [account.DistinguishedName]
      : [account.UserPrincipalName, account.sid ?? ""];
  return names.filter((one) => one !== "");
}

function ofTheGone(orphans: number): string {
  return orphans === 1
    ? "one entry belongs to an account that no longer exists"
    : `${orphans} entries belong to accounts that no longer exist`;
}

function refuseMastered(right: Right, mailbox: Mailbox): void {
  const attribute =
    right.name === "SendOnBehalf"
      ? masteredAs("GrantSendOnBehalfTo", synchronisationOf(mailbox))
      : undefined;
  if (attribute !== undefined)
    throw new Fault({
      kind: "onPremises",
      message: `Mailbox ${nameOf(mailbox)} is synchronised from Active Directory, which masters ${right.label}: change it there (attribute ${attribute}).`,
    });
}
