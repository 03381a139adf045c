/** Entries on folders: who has one, which rights go together, and what readers see. */
import { ambiguous, invalidDelegate, invalidFolderUser, invalidValue } from "./errors.ts";
import { folderAt, type Folder } from "./folders.ts";
import { folderRights, sharingFlags, type FolderPermission } from "../folderState.ts";
import { textOf, type BoundParameters } from "./parameters.ts";
import type { Value } from "../properties.ts";
import { isGuid } from "../shapes.ts";
import { isSid, sidOf } from "../sid.ts";
import { fold, isMailbox, isSoftDeleted, type Store } from "../store.ts";

/** Documented. */
const roles: Record<string, readonly string[]> = {
  Author: ["CreateItems", "DeleteOwnedItems", "EditOwnedItems", "FolderVisible", "ReadItems"],
  Contributor: ["CreateItems", "FolderVisible"],
  Editor: [
    "CreateItems",
    "DeleteAllItems",
    "DeleteOwnedItems",
    "EditAllItems",
    "EditOwnedItems",
    "FolderVisible",
    "ReadItems",
  ],
  NonEditingAuthor: ["CreateItems", "DeleteOwnedItems", "FolderVisible", "ReadItems"],
  Owner: [
    "CreateItems",
    "CreateSubfolders",
    "DeleteAllItems",
    "DeleteOwnedItems",
    "EditAllItems",
    "EditOwnedItems",
    "FolderContact",
    "FolderOwner",
    "FolderVisible",
    "ReadItems",
  ],
  PublishingAuthor: [
    "CreateItems",
    "CreateSubfolders",
    "DeleteOwnedItems",
    "EditOwnedItems",
    "FolderVisible",
    "ReadItems",
  ],
  PublishingEditor: [
    "CreateItems",
    "CreateSubfolders",
    "DeleteAllItems",
    "DeleteOwnedItems",
    "EditAllItems",
    "EditOwnedItems",
    "FolderVisible",
    "ReadItems",
  ],
  Reviewer: ["FolderVisible", "ReadItems"],
};
const calendarRoles = ["AvailabilityOnly", "LimitedDetails"];
const alone = ["None", ...calendarRoles, ...Object.keys(roles)];
const everyone = ["Default", "Anonymous"];
/** Documented: only with these may the person be notified. */
const notifiable = [...calendarRoles, "Reviewer", "Editor"];

export const isEveryone = (user: string): boolean => everyone.includes(user);

/**
 * Rights as they are stored and read: a role instead of exactly its rights (assumed), anything else
 * in the order of the documentation.
 */
export function checkedRights(given: readonly string[], folder: Folder): string[] {
  const rights = folderRights.filter((right) => given.includes(right));
  const [first] = rights;
  if (first === undefined) throw invalidValue("AccessRights can't be empty.");
  // Assumed: the documentation shows roles only alone, and does not mention a mixture.
  if (rights.length > 1 && rights.some((right) => alone.includes(right)))
    throw invalidValue(
      `The access rights "${rights.join(", ")}" can't be combined: a role must be the only one.`,
    );
  if (calendarRoles.includes(first) && !folder.calendar)
    throw invalidValue(`The role ${first} applies only to calendar folders.`);
  const role = Object.keys(roles).find(
    (name) =>
      roles[name]?.length === rights.length && roles[name].every((right) => rights.includes(right)),
  );
  return role === undefined ? rights : [role];
}

/**
 * The rules are documented; that they are enforced, and the texts, are assumed. Undefined when the
 * flags are missing.
 */
export function checkedFlags(
  { SharingPermissionFlags: given }: BoundParameters,
  rights: readonly string[],
  folder: Folder,
  user: string,
): string[] | undefined {
  if (given === undefined) return undefined;
  const flags = (given as string[]).filter((flag) => flag !== "None");
  if (flags.length > 0 && (rights.join() !== "Editor" || !folder.calendar || isEveryone(user)))
    throw invalidValue(
      "SharingPermissionFlags applies only to a person with the Editor role on a calendar folder.",
    );
  if (flags.includes("CanViewPrivateItems") && !flags.includes("Delegate"))
    throw invalidValue("The flag CanViewPrivateItems needs the flag Delegate.");
  return sharingFlags.filter((flag) => flags.includes(flag));
}

/** Documented for these folders and users; that it is refused otherwise is assumed. */
export function checkNotification(
  { SendNotificationToUser: isNotified }: BoundParameters,
  rights: readonly string[],
  folder: Folder,
): void {
  if (isNotified === true && (!folder.calendar || !notifiable.includes(rights.join())))
    throw invalidValue(
      `SendNotificationToUser applies only to calendar folders and one of the roles ${notifiable.join(", ")}.`,
    );
}

/**
 * A shared mailbox cannot be given a right on a folder, nor be a delegate (observed: michev.info 6549,
 * office-docs-powershell issue 11296). Entries that it has stay, and can be removed. That a Microsoft
 * 365 group is refused alike, and rooms and equipment as delegates, is assumed.
 */
export function refuseUser(
  user: string,
  flags: readonly string[],
  { User: given }: BoundParameters,
  store: Store,
): void {
  const type = String(store.byGuid(user)?.["RecipientTypeDetails"]);
  const isDelegate = flags.includes("Delegate");
  const refused = ["SharedMailbox", "GroupMailbox"];
  if (isDelegate && [...refused, "RoomMailbox", "EquipmentMailbox"].includes(type))
    throw invalidDelegate(shownUser(user, store));
  if (refused.includes(type)) throw invalidFolderUser(textOf(given));
}

const keyOf = ({ mailbox, key }: Folder): string =>
  `folderPermissions/${String(mailbox["Guid"])}/${key}`;

/** The current entries: Default and Anonymous first, then in the order of their creation. */
export function entriesOf(folder: Folder, store: Store): FolderPermission[] {
  const there = (store.state.folderPermissions ?? []).filter(
    (one) => one.mailbox === folder.mailbox["Guid"] && one.folder === folder.key,
  );
  const common = everyone.map(
    (user) =>
      there.find((one) => one.user === user) ?? {
        mailbox: String(folder.mailbox["Guid"]),
        folder: folder.key,
        user,
        rights: [user === "Default" && folder.key === "Calendar" ? "AvailabilityOnly" : "None"],
      },
  );
  return [...common, ...there.filter((one) => !isEveryone(one.user))];
}

/** Replaces the user's entry with `after`, or removes it. */
export function replaceEntry(
  folder: Folder,
  user: string,
  after: FolderPermission | undefined,
  store: Store,
): void {
  const lagMs = store.permissionLagOf(String(folder.mailbox["Guid"]));
  store.lag.keep(keyOf(folder), entriesOf(folder, store), lagMs);
  const list = (store.state.folderPermissions ??= []);
  const at = list.findIndex(
    (one) =>
      one.mailbox === folder.mailbox["Guid"] && one.folder === folder.key && one.user === user,
  );
  list.splice(at < 0 ? list.length : at, at < 0 ? 0 : 1, ...(after ? [after] : []));
}

/**
 * The name shown for a user: a display name (observed), or the last known name of a deleted one
 * (assumed).
 */
export function shownUser(user: string, store: Store): string {
  if (isEveryone(user)) return user;
  const object = store.byGuid(user);
  if (object && !isSoftDeleted(object))
    return String(
      [store.property(object, "DisplayName"), object["Name"]].find((name) => name !== ""),
    );
  if (isSid(user)) return `NT:${user}`;
  return object || isGuid(user) ? `NT:${sidOf(user)}` : user;
}

/**
 * The `user` of an entry, for an identity in any form: the shown name when no directory object has
 * it, or any recipient that can hold a right.
 */
export function folderUser(given: string, folder: Folder, store: Store): string {
  const common = everyone.find((user) => user.toLowerCase() === given.toLowerCase());
  if (common) return common;
  const found = store
    .find(given)
    .filter(
      (object) =>
        !isSoftDeleted(object) &&
        (isMailbox(object) ||
          /MailUser$|^MailUniversalSecurityGroup$/.test(String(object["RecipientTypeDetails"]))),
    );
  if (found.length > 1) throw ambiguous(given, store.state.behaviour.ambiguity);
  const [one] = found;
  if (one) return String(one["Guid"]);
  const unknown = entriesOf(folder, store).find(
    ({ user }) => !isEveryone(user) && fold(shownUser(user, store)) === fold(given),
  );
  if (!unknown) throw invalidFolderUser(given);
  return unknown.user;
}

/** The folder, the user and the current entry that a changing cmdlet works on. */
export function addressed(
  { Identity: identity, User: given }: BoundParameters,
  store: Store,
): { folder: Folder; user: string; entry: FolderPermission | undefined } {
  const folder = folderAt(textOf(identity), store);
  const user = folderUser(textOf(given), folder, store);
  return { folder, user, entry: entriesOf(folder, store).find((one) => one.user === user) };
}

export type Row = Record<string, Value>;

/** As readers see it, possibly older than the truth. */
export function entryRows(folder: Folder, store: Store): { user: string; row: Row }[] {
  return store.lag
    .seen(keyOf(folder), entriesOf(folder, store))
    .map((entry) => ({ user: entry.user, row: entryRow(folder, entry, store) }));
}

/**
 * Flags read as one text with commas, `None` for an editor of a calendar and null for all others
 * (assumed).
 */
export function entryRow(
  folder: Folder,
  { user, rights, flags = [] }: FolderPermission,
  store: Store,
): Row {
  const shown = shownUser(user, store);
  const editor = folder.calendar && rights.join() === "Editor";
  return {
    Identity: shown,
    FolderName: folder.name,
    User: shown,
    AccessRights: [...rights],
    SharingPermissionFlags: editor ? flags.join(", ") || "None" : null,
    IsValid: true,
  };
}
