/** The folders of a mailbox, and how to find one of them. */
import { createHash } from "node:crypto";
import { theOne } from "./cmdlet.ts";
import { notFound } from "./errors.ts";
import {
  defaultFolders,
  folderName,
  type DefaultFolder,
  type FolderLanguage,
} from "../folderNames.ts";
import type { MailboxFolders } from "../folderState.ts";
import type { DirectoryObject } from "../state.ts";
import { isMailbox, isSoftDeleted, type Store } from "../store.ts";

export interface Folder {
  mailbox: DirectoryObject;
  /** Identifies the folder regardless of its name: see `FolderPermission.folder`. */
  key: string;
  /** `FolderType`: `Calendar` for the default calendar, `User Created` for all others. */
  type: string;
  name: string;
  /** From the top, with slashes. */
  path: string;
  calendar: boolean;
}

/**
 * Microsoft 365 groups have folders too, but only with a switch that this emulator does not know.
 */
export const hasFolders = (object: DirectoryObject): boolean =>
  isMailbox(object) &&
  !["GroupMailbox", "PublicFolderMailbox"].includes(String(object["RecipientTypeDetails"])) &&
  !isSoftDeleted(object);

/** Subfolders of the default calendar that are calendars. */
const subcalendars: readonly DefaultFolder[] = ["Birthdays", "Holidays"];

export const folderSettings = (store: Store, mailbox: DirectoryObject): MailboxFolders =>
  store.state.folders?.find((one) => one.mailbox === mailbox["Guid"]) ?? {
    mailbox: String(mailbox["Guid"]),
  };

/** Names the default folders in a language. Names that the user chose are lost (assumed). */
export function nameFolders(
  store: Store,
  mailbox: DirectoryObject,
  language: FolderLanguage,
): void {
  const { renamed: _, ...settings } = folderSettings(store, mailbox);
  const others = (store.state.folders ?? []).filter((one) => one.mailbox !== mailbox["Guid"]);
  store.state.folders = [...others, { ...settings, language }];
}

export function foldersOf(mailbox: DirectoryObject, store: Store): Folder[] {
  const { language = "en", renamed = {}, created = [] } = folderSettings(store, mailbox);
  const nameOf = (folder: DefaultFolder): string => renamed[folder] ?? folderName(language, folder);
  const top = "Top of Information Store";
  const root: Folder = {
    mailbox,
    key: "Root",
    type: "Root",
    name: top,
    path: `/${top}`,
    calendar: false,
  };
  const defaults = defaultFolders.map((folder): Folder => {
    const sub = subcalendars.includes(folder);
    const name = nameOf(folder);
    return {
      mailbox,
      key: folder,
      type: sub ? "User Created" : folder,
      name,
      path: `${sub ? `/${nameOf("Calendar")}` : ""}/${name}`,
      calendar: sub || folder === "Calendar",
    };
  });
  const own = created.map(({ name, calendar, inside }): Folder => {
    const above = inside === undefined ? "" : `/${nameOf(inside)}`;
    return {
      mailbox,
      key: `${inside ?? ""}/${name}`,
      type: "User Created",
      name,
      path: `${above}/${name}`,
      calendar,
    };
  });
  const withIds = [...defaults, ...own].map((folder) => ({ folder, id: idOf(folder) }));
  withIds.sort((a, b) => (a.id < b.id ? -1 : 1));
  return [root, ...withIds.map(({ folder }) => folder)];
}

/**
 * Looks like a real one: 46 bytes in Base64, so that it can contain a slash or a plus. Lists are in
 * its order, which is arbitrary (assumed).
 */
export function idOf({ mailbox, key }: Pick<Folder, "mailbox" | "key">): string {
  const digest = createHash("sha256")
    .update(`${String(mailbox["Guid"])} ${key}`)
    .digest();
  return Buffer.concat([
    Buffer.from([0x2e, 0, 0, 0, 0]),
    digest,
    Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 1]),
  ]).toString("base64");
}

/**
 * `mailbox:\Folder\Subfolder` (documented) or `mailbox:FolderId` (observed). The mailbox alone, or
 * with `:\`, is its root, and names of folders are compared regardless of case (both assumed).
 */
export function folderAt(identity: string, store: Store): Folder {
  const named = identity.indexOf(":\\");
  const at = named >= 0 ? named : identity.lastIndexOf(":");
  const mailbox = theOne(store, at < 0 ? identity : identity.slice(0, at), hasFolders);
  const text = at < 0 ? "\\" : identity.slice(at + 1);
  const folders = foldersOf(mailbox, store);
  const path = text.replaceAll("\\", "/").toLowerCase();
  const isFound = (folder: Folder): boolean =>
    text.startsWith("\\") ? folder.path.toLowerCase() === path : idOf(folder) === text;
  const found = text === "\\" ? folders[0] : folders.find(isFound);
  if (!found) throw notFound(identity);
  return found;
}
