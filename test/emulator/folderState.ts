/**
 * The parts of the state for the contents of mailboxes rather than the directory, and their check.
 * Both may be missing.
 */
import { catalogue } from "./catalogue.ts";
import {
  defaultFolders,
  folderLanguages,
  isFolderLanguage,
  type DefaultFolder,
  type FolderLanguage,
} from "./folderNames.ts";
import { isGuid, isRecord, isText, isTexts } from "./shapes.ts";

/** How the folders of one mailbox differ from the default ones in English. */
export interface MailboxFolders {
  /** `Guid` of the mailbox. */
  mailbox: string;
  /**
   * The language of the default folders' names. The `Language` of the mailbox may have changed
   * since.
   */
  language?: FolderLanguage;
  /** Default folders that the user renamed. */
  renamed?: Partial<Record<DefaultFolder, string>>;
  /** Folders that the user created: at the top, or inside a default one. */
  created?: { name: string; calendar: boolean; inside?: DefaultFolder }[];
}

/** One entry on a folder. Default and Anonymous are missing here until someone changes them. */
export interface FolderPermission {
  mailbox: string;
  /** A default folder by its type; a user's own folder as `/Name` or `Calendar/Name`. */
  folder: string;
  /** `Default`, `Anonymous`, the `Guid` of an object, or the last known name of a deleted one. */
  user: string;
  /** A role alone, or rights. */
  rights: string[];
  flags?: string[];
}

type Report = (path: string, expected: string) => void;

export const folderRights: readonly string[] =
  catalogue.cmdlets["Set-MailboxFolderPermission"]?.parameters["AccessRights"]?.values ?? [];
export const sharingFlags = ["Delegate", "CanViewPrivateItems"];

const isDefaultFolder = (value: unknown): value is DefaultFolder =>
  (defaultFolders as readonly unknown[]).includes(value);

function each(
  list: unknown,
  name: string,
  report: Report,
  check: (one: Record<string, unknown>, at: string) => void,
): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) {
    report(name, "must be a list");
    return;
  }
  list.forEach((one: unknown, index) => {
    const at = `${name}[${index}]`;
    if (!isRecord(one)) report(at, "must be an object");
    else if (!isGuid(one["mailbox"])) report(`${at}.mailbox`, "must be the GUID of a mailbox");
    else check(one, at);
  });
}

export function checkFolders(folders: unknown, report: Report): void {
  const mailboxes = new Set<unknown>();
  each(
    folders,
    "folders",
    report,
    ({ mailbox, language = "en", renamed = {}, created = [], ...rest }, at) => {
      for (const name of Object.keys(rest))
        report(`${at}.${name}`, "is not a part of it (mailbox, language, renamed, created)");
      if (mailboxes.has(mailbox)) report(`${at}.mailbox`, "is used twice");
      mailboxes.add(mailbox);
      if (!isFolderLanguage(language))
        report(`${at}.language`, `must be one of ${folderLanguages.join(", ")}`);
      if (
        !isRecord(renamed) ||
        !Object.entries(renamed).every(([folder, name]) => isDefaultFolder(folder) && isText(name))
      ) {
        report(`${at}.renamed`, `must be texts under ${defaultFolders.join(", ")}`);
      }
      const sound = (one: unknown): boolean =>
        isRecord(one) &&
        isText(one["name"]) &&
        typeof one["calendar"] === "boolean" &&
        (one["inside"] === undefined || isDefaultFolder(one["inside"]));
      if (!Array.isArray(created) || !created.every(sound))
        report(
          `${at}.created`,
          'must be a list of {"name": text, "calendar": boolean, "inside"?: default folder}',
        );
    },
  );
}

export function checkFolderPermissions(permissions: unknown, report: Report): void {
  each(
    permissions,
    "folderPermissions",
    report,
    ({ folder, user, rights, flags = [], mailbox: _, ...rest }, at) => {
      for (const name of Object.keys(rest))
        report(`${at}.${name}`, "is not a part of it (mailbox, folder, user, rights, flags)");
      if (!isDefaultFolder(folder) && !(isText(folder) && folder.includes("/")))
        report(
          `${at}.folder`,
          `must be one of ${defaultFolders.join(", ")}, or /Name or Calendar/Name`,
        );
      if (!isText(user)) report(`${at}.user`, "must be Default, Anonymous, a GUID or a text");
      if (
        !isTexts(rights) ||
        rights.length === 0 ||
        !rights.every((right) => folderRights.includes(right))
      )
        report(`${at}.rights`, `must be a list out of ${folderRights.join(", ")}`);
      if (!isTexts(flags) || !flags.every((flag) => sharingFlags.includes(flag)))
        report(`${at}.flags`, `must be a list out of ${sharingFlags.join(", ")}`);
    },
  );
}
