import { Fault } from "../fault.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Parameters, type Row } from "./client/encoding.ts";
import { assertReturned } from "./client/lookUp.ts";
import { allOf, equals, not } from "./client/opath.ts";
import type { Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import type { Cmdlets } from "./target.ts";

/** One entry of an access list. */
export interface Entry {
  /** In the form that the service returns: UPN, name, display name, GUID or SID. */
  trustee: string;
  isDenied: boolean;
  /** Inherited, or the mailbox's own entry: no one granted it. */
  isInherited: boolean;
}

/** Whether an entry grants something: it is not inherited, not the mailbox's own, and no Deny. */
export function isGranted({ isInherited, isDenied }: Entry): boolean {
  return !isInherited && !isDenied;
}

/** The trustee of an entry that grants something. */
export function grantedTo(entry: Entry): string | undefined {
  return isGranted(entry) ? entry.trustee : undefined;
}

/** The same command for the entries of one trustee. */
export function forTrustee(reading: Command, trustee: Parameters): Command {
  return { ...reading, parameters: { ...reading.parameters, ...trustee } };
}

/** Throws an `unexpected` fault for a list without entries: every mailbox has at least one of its own. */
export function assertNotEmpty(rows: readonly Row[], mailbox: Mailbox): void {
  if (rows.length === 0)
    throw new Fault({
      kind: "unexpected",
      message:
        `Exchange Online returned an empty access list of mailbox ${nameOf(mailbox)}; ` +
        "expected at least its own entry.",
    });
}

/** The cmdlets that read access lists. */
export const rightLists: Cmdlets = {
  "Get-MailboxPermission": ["Identity", "IncludeUnresolvedPermissions", "ResultSize"],
  "Get-RecipientPermission": ["Identity", "ResultSize"],
};
/** Entries of accounts that no longer exist count towards the limit, and are returned only on request. */
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
  assertReturned(row, ["User", "AccessRights", "Deny", "IsInherited"], "an entry of a mailbox");
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
  assertReturned(row, sendAsProperties, "an entry of a recipient");
  return {
    ...entryOf(textOf(row["Trustee"]), row),
    isDenied: textOf(row["AccessControlType"]).toLowerCase() === "deny",
  };
}

function entryOf(trustee: string, row: Row): Pick<Entry, "trustee" | "isInherited"> {
  return { trustee, isInherited: isTrue(row["IsInherited"]) || /^NT AUTHORITY\\/i.test(trustee) };
}

/** `Deny` was observed both as a string and as a boolean. */
function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

/** Whether a trustee is a security identifier, which is usual for an account that no longer exists. */
export function isSid(trustee: string): boolean {
  return /^S-1-5-21(-\d+)+$/i.test(trustee);
}

/**
 * Finds the mailbox if the account with this distinguished name is a delegate of it (Send on Behalf). The property
 * itself shows names, display names or GUIDs; a filter compares distinguished names, which are unambiguous.
 */
export function readingDelegate(
  mailbox: Pick<Mailbox, "Guid">,
  distinguishedName: string,
): Command {
  return readingWhere(mailbox, equals("GrantSendOnBehalfTo", distinguishedName));
}

/** Finds the mailbox if that account is no delegate of it. */
export function readingNonDelegate(
  mailbox: Pick<Mailbox, "Guid">,
  distinguishedName: string,
): Command {
  return readingWhere(mailbox, not(equals("GrantSendOnBehalfTo", distinguishedName)));
}

function readingWhere({ Guid }: Pick<Mailbox, "Guid">, condition: string): Command {
  const Filter = allOf(equals("Guid", Guid), condition);
  return { cmdlet: "Get-Mailbox", parameters: { Filter }, select: ["Guid"] };
}
