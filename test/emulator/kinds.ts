/** What kind of object an object is. */
import { catalogue } from "./catalogue.ts";
import type { DirectoryObject } from "./state.ts";

const mailboxTypes = new Set([
  ...(catalogue.recipientTypeDetails["Get-Mailbox"] ?? []),
  "PublicFolderMailbox",
]);

export function isMailbox(object: DirectoryObject): boolean {
  return mailboxTypes.has(String(object["RecipientTypeDetails"]));
}

/** Soft-deleted objects keep their row but appear only to callers that ask for them. */
export function isSoftDeleted(object: DirectoryObject): boolean {
  return (
    object["IsSoftDeletedByRemove"] === true ||
    object["IsSoftDeletedByDisable"] === true ||
    object["IsInactiveMailbox"] === true
  );
}

export function recipientTypeOf(details: string): string {
  if (mailboxTypes.has(details))
    return details === "GroupMailbox" ? "MailUniversalDistributionGroup" : "UserMailbox";
  if (/MailUser$|^Remote/.test(details)) return "MailUser";
  if (details.endsWith("Contact")) return "MailContact";
  if (details === "RoomList") return "MailUniversalDistributionGroup";
  return details.endsWith("User") ? "User" : details;
}
