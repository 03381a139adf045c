import { nothing, type Cmdlet } from "../cmdlet.ts";
import { hasNoFolderEntry, invalidValue, specialFolderUser } from "../errors.ts";
import { addressed, isEveryone, replaceEntry, shownUser } from "../folderPermissions.ts";

/** Removes a whole entry (documented). Those of Default and Anonymous stay (assumed). */
export const removeMailboxFolderPermission: Cmdlet = {
  name: "Remove-MailboxFolderPermission",
  writes: true,
  honours: ["Identity", "User", "SendNotificationToUser", "Force"],
  run({ parameters, store }) {
    const { folder, user, entry } = addressed(parameters, store);
    if (isEveryone(user)) throw specialFolderUser(user);
    // Documented for calendars; that it is refused elsewhere is assumed.
    if (parameters["SendNotificationToUser"] === true && !folder.calendar)
      throw invalidValue("SendNotificationToUser applies only to calendar folders.");
    if (!entry) throw hasNoFolderEntry(shownUser(user, store));
    replaceEntry(folder, user, undefined, store);
    return nothing();
  },
};
