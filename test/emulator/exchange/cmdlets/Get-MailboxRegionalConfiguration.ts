import { list, type Cmdlet } from "../cmdlet.ts";
import { defaultFolders, folderName, isFolderLanguage } from "../../folderNames.ts";
import { foldersOf, hasFolders } from "../folders.ts";
import type { DirectoryObject } from "../../state.ts";
import type { Store } from "../../store.ts";

/**
 * Language, formats and time zone. All null on a mailbox that no one has opened or set up (assumed).
 */
export const getMailboxRegionalConfiguration: Cmdlet = {
  name: "Get-MailboxRegionalConfiguration",
  writes: false,
  honours: ["Identity", "VerifyDefaultFolderNameLanguage", "UseCustomRouting"],
  run(call) {
    const outcome = list("Get-MailboxRegionalConfiguration", call, hasFolders);
    const verified = call.parameters["VerifyDefaultFolderNameLanguage"] === true;
    return {
      ...outcome,
      rows(wanted) {
        const row = outcome.rows(wanted);
        // Documented: false without the switch, regardless of the folder names.
        const matches = (mailbox: DirectoryObject): boolean =>
          verified && foldersMatchLanguage(mailbox, call.store);
        return (mailbox) =>
          Object.fromEntries(
            Object.entries(row(mailbox)).map(([name, value]) => [
              name,
              name === "DefaultFolderNameMatchingUserLanguage" ? matches(mailbox) : value,
            ]),
          );
      },
    } satisfies typeof outcome;
  },
};

function foldersMatchLanguage(mailbox: DirectoryObject, store: Store): boolean {
  const language = String(mailbox["Language"] ?? "").split("-")[0];
  if (!isFolderLanguage(language)) return false;
  const names = new Map(foldersOf(mailbox, store).map(({ key, name }) => [key, name]));
  return defaultFolders.every((folder) => names.get(folder) === folderName(language, folder));
}
