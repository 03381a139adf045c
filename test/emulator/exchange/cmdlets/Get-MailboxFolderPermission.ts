import { madeRows, upTo, type Cmdlet } from "../cmdlet.ts";
import { hasNoFolderEntry, notImplemented } from "../errors.ts";
import { entryRows, folderUser, shownUser, type Row } from "../folderPermissions.ts";
import { folderAt } from "../folders.ts";
import { textOf } from "../parameters.ts";

/** Who has which rights on one folder. */
export const getMailboxFolderPermission: Cmdlet = {
  name: "Get-MailboxFolderPermission",
  writes: false,
  honours: ["Identity", "User", "ResultSize", "UseCustomRouting"],
  run({ parameters, store }) {
    const identity = textOf(parameters["Identity"]);
    if (identity === "")
      throw notImplemented(
        "an empty Identity of Get-MailboxFolderPermission, which is documented to mean every mailbox",
      );
    const folder = folderAt(identity, store);
    let entries = entryRows(folder, store);
    const given = textOf(parameters["User"]);
    if (given !== "") {
      const user = folderUser(given, folder, store);
      entries = entries.filter((entry) => entry.user === user);
      if (entries.length === 0) throw hasNoFolderEntry(shownUser(user, store));
    }
    return { ...upTo(entries, parameters), rows: madeRows(({ row }: { row: Row }) => row) };
  },
};
