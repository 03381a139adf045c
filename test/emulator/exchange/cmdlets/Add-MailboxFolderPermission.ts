import { madeRows, type Cmdlet } from "../cmdlet.ts";
import { hasFolderEntry } from "../errors.ts";
import type { FolderPermission } from "../../folderState.ts";
import {
  addressed,
  checkedFlags,
  checkedRights,
  checkNotification,
  entryRow,
  refuseUser,
  replaceEntry,
  shownUser,
} from "../folderPermissions.ts";

/**
 * Creates an entry for a user who has none, and returns it (documented). Default and Anonymous
 * always have one.
 */
export const addMailboxFolderPermission: Cmdlet = {
  name: "Add-MailboxFolderPermission",
  writes: true,
  honours: ["Identity", "User", "AccessRights", "SharingPermissionFlags", "SendNotificationToUser"],
  run({ parameters, store }) {
    const { folder, user, entry } = addressed(parameters, store);
    const rights = checkedRights((parameters["AccessRights"] ?? []) as string[], folder);
    const flags = checkedFlags(parameters, rights, folder, user) ?? [];
    checkNotification(parameters, rights, folder);
    refuseUser(user, flags, parameters, store);
    if (entry) throw hasFolderEntry(shownUser(user, store));
    const made: FolderPermission = {
      mailbox: String(folder.mailbox["Guid"]),
      folder: folder.key,
      user,
      rights,
      ...(flags.length > 0 ? { flags } : {}),
    };
    replaceEntry(folder, user, made, store);
    return {
      items: [made],
      rows: madeRows((one: FolderPermission) => entryRow(folder, one, store)),
      warnings: [],
    };
  },
};
