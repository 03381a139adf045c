import { textOf, type Row } from "./client/encoding.ts";
import { assertReturned } from "./client/lookUp.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Cmdlets } from "./target.ts";

/** One entry of an access list. */
export interface Entry {
  /** In the form that the service returns: UPN, name, display name, GUID or SID. */
  trustee: string;
  isDenied: boolean;
  /** Inherited, or the mailbox's own entry: no one granted it. */
  isInherited: boolean;
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
