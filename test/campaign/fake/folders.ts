import { entryExists, invalidFolderUser, invalidValue, noEntry, notFound } from "./errors.ts";
import { mailboxKinds, type DirectoryObject, type FolderEntry } from "./model.ts";
import {
  isOfKind,
  listIn,
  nothing,
  objectsNamed,
  textIn,
  type Call,
  type Cmdlet,
  type Output,
} from "./cmdlet.ts";
import { folderIdOf, limited } from "./reading.ts";
import type { Row } from "./rows.ts";

const everyone = /^(Default|Anonymous)$/i;

/** `<mailbox>:<folder id>` or `<mailbox>:\<folder>`, in the language of the mailbox. */
function calendarNamed(call: Call): DirectoryObject {
  const identity = textIn(call, "Identity");
  const [, name = "", folder = ""] = /^([^:]+):(.*)$/s.exec(identity) ?? [];
  const seen = call.store.seenBy(call.controller).filter(isOfKind(...mailboxKinds));
  const [mailbox] = objectsNamed(name, seen);
  const isCalendar =
    mailbox !== undefined &&
    (folder === folderIdOf(mailbox.guid) ||
      folder.toLowerCase() === `\\${mailbox.calendar.folder.toLowerCase()}`);
  if (!isCalendar) throw notFound(identity, call.store.behaviour.language);
  return mailbox;
}

/** Whom `User` means among the entries: a Guid, `Default`, `Anonymous`, or a text that is kept as it is. */
function userIn(call: Call): string {
  const named = textIn(call, "User");
  if (named === "") throw invalidValue("Cannot bind argument to parameter 'User'.");
  if (everyone.test(named)) return named.charAt(0).toUpperCase() + named.slice(1).toLowerCase();
  const seen = call.store.seenBy(call.controller).filter(({ deleted }) => !deleted);
  const [account] = objectsNamed(named, seen);
  return account?.guid ?? named;
}

function isOf({ user }: FolderEntry, wanted: string): boolean {
  return user.toLowerCase() === wanted.toLowerCase();
}

function entriesAsTheyAre(call: Call, { guid }: DirectoryObject): FolderEntry[] {
  return call.store.truth().find((one) => one.guid === guid)?.calendar.entries ?? [];
}

/** Lists call users by their display names. */
function reading(call: Call): Output {
  const mailbox = calendarNamed(call);
  const seen = call.store.seenBy(call.controller);
  const rowOf = ({ user, rights, flags }: FolderEntry): Row => ({
    Identity: mailbox.calendar.folder,
    FolderName: mailbox.calendar.folder,
    User: seen.find(({ guid, deleted }) => guid === user && !deleted)?.displayName ?? user,
    AccessRights: rights,
    SharingPermissionFlags: flags,
  });
  if (textIn(call, "User") === "") return limited(call, mailbox.calendar.entries.map(rowOf));
  const wanted = userIn(call);
  const own = mailbox.calendar.entries.filter((entry) => isOf(entry, wanted));
  if (own.length === 0) throw noEntry(textIn(call, "User"), call.store.behaviour.language);
  return { rows: own.map(rowOf), warnings: [] };
}

/** michev.info 6549: people and security groups only. */
function refuseOthers(call: Call, user: string): void {
  if (everyone.test(user)) return;
  const account = call.store.seenBy(call.controller).find(({ guid }) => guid === user);
  if (account?.kind !== "UserMailbox" && account?.kind !== "MailUniversalSecurityGroup")
    throw invalidFolderUser(textIn(call, "User"));
}

function adding(call: Call): Output {
  const mailbox = calendarNamed(call);
  const user = userIn(call);
  refuseOthers(call, user);
  if (entriesAsTheyAre(call, mailbox).some((entry) => isOf(entry, user)))
    throw entryExists(textIn(call, "User"), call.store.behaviour.language);
  call.store.change(mailbox.guid, (draft) => {
    draft.calendar.entries.push({ user, ...rightsIn(call) });
  });
  return nothing;
}

function setting(call: Call): Output {
  const mailbox = calendarNamed(call);
  const user = userIn(call);
  if (!entriesAsTheyAre(call, mailbox).some((entry) => isOf(entry, user)))
    throw noEntry(textIn(call, "User"), call.store.behaviour.language);
  call.store.change(mailbox.guid, (draft) => {
    for (const entry of draft.calendar.entries)
      if (isOf(entry, user)) Object.assign(entry, rightsIn(call));
  });
  return nothing;
}

function removing(call: Call): Output {
  const mailbox = calendarNamed(call);
  const user = userIn(call);
  if (!entriesAsTheyAre(call, mailbox).some((entry) => isOf(entry, user)))
    throw noEntry(textIn(call, "User"), call.store.behaviour.language);
  call.store.change(mailbox.guid, (draft) => {
    draft.calendar.entries = draft.calendar.entries.filter((entry) => !isOf(entry, user));
  });
  return nothing;
}

function rightsIn(call: Call): Pick<FolderEntry, "rights" | "flags"> {
  const flags = listIn(call, "SharingPermissionFlags").filter((flag) => flag !== "None");
  return { rights: listIn(call, "AccessRights"), flags };
}

export const folderCmdlets: Readonly<Record<string, Cmdlet>> = {
  "Get-MailboxFolderPermission": reading,
  "Add-MailboxFolderPermission": adding,
  "Set-MailboxFolderPermission": setting,
  "Remove-MailboxFolderPermission": removing,
};
