import { nothing, type Cmdlet } from "../cmdlet.ts";
import { hasNoFolderEntry } from "../errors.ts";
import {
  addressed,
  checkedFlags,
  checkedRights,
  checkNotification,
  refuseUser,
  replaceEntry,
  shownUser,
} from "../folderPermissions.ts";

/**
 * Replaces the rights of an entry that is there (documented), and returns nothing. No change is no
 * warning (assumed).
 */
export const setMailboxFolderPermission: Cmdlet = {
  name: "Set-MailboxFolderPermission",
  writes: true,
  honours: ["Identity", "User", "AccessRights", "SharingPermissionFlags", "SendNotificationToUser"],
  run({ parameters, store }) {
    const { folder, user, entry } = addressed(parameters, store);
    const rights = checkedRights((parameters["AccessRights"] ?? []) as string[], folder);
    const given = checkedFlags(parameters, rights, folder, user);
    checkNotification(parameters, rights, folder);
    if (given?.includes("Delegate")) refuseUser(user, given, parameters, store);
    if (!entry) throw hasNoFolderEntry(shownUser(user, store));
    const before = entry.flags ?? [];
    // Documented: the mention alone resets the flags, be it with false. That it wins over flags in
    // the same call is assumed.
    const asked =
      "SendNotificationToUser" in parameters
        ? []
        : (given ?? (rights.join() === "Editor" ? before : []));
    const flags = store.state.behaviour.delegateFlagSticks
      ? [...new Set([...before, ...asked])]
      : asked;
    const { flags: _, ...rest } = entry;
    replaceEntry(folder, user, { ...rest, rights, ...(flags.length > 0 ? { flags } : {}) }, store);
    return nothing();
  },
};
