import { madeRows, theOne, upTo, type Cmdlet } from "../cmdlet.ts";
import { notImplemented } from "../errors.ts";
import { defaultFolders } from "../../folderNames.ts";
import { foldersOf, hasFolders, idOf, type Folder } from "../folders.ts";
import { textOf } from "../parameters.ts";
import type { Value } from "../../properties.ts";
import type { Store } from "../../store.ts";

/** The folders of one mailbox. */
export const getMailboxFolderStatistics: Cmdlet = {
  name: "Get-MailboxFolderStatistics",
  writes: false,
  honours: ["Identity", "FolderScope", "ResultSize", "UseCustomRouting"],
  run({ parameters, store }) {
    const identity = textOf(parameters["Identity"]);
    if (identity === "")
      throw notImplemented(
        "an empty Identity of Get-MailboxFolderStatistics, which is documented to mean every mailbox",
      );
    const folders = foldersOf(theOne(store, identity, hasFolders), store).filter(
      within(textOf(parameters["FolderScope"])),
    );
    return {
      ...upTo(folders, parameters),
      rows: madeRows((folder: Folder) => folderRow(folder, store)),
    };
  },
};

/**
 * Which folders a scope shows. That Calendar shows every calendar, and Personal what the user made,
 * is observed and documented.
 */
function within(scope: string): (folder: Folder) => boolean {
  if (scope === "" || scope === "All") return () => true;
  if (scope === "Calendar") return (folder) => folder.calendar;
  if (scope === "Personal") return (folder) => folder.key.includes("/");
  if (!(defaultFolders as readonly string[]).includes(scope))
    throw notImplemented(`FolderScope '${scope}' of Get-MailboxFolderStatistics`);
  return (folder) => folder.type === scope;
}

function folderRow(folder: Folder, store: Store): Record<string, Value> {
  // Any number will do, as long as it is the same every time.
  const items = Number.parseInt(
    Buffer.from(idOf(folder), "base64").subarray(5, 6).toString("hex"),
    16,
  );
  return {
    Name: folder.name,
    Identity: `${String(store.property(folder.mailbox, "Identity"))}${folder.path.replaceAll("/", "\\")}`,
    FolderPath: folder.path,
    FolderId: idOf(folder),
    FolderType: folder.type,
    ContainerClass: containerClassOf(folder),
    ItemsInFolder: items,
    ItemsInFolderAndSubfolders: items,
    DeletedItemsInFolder: 0,
    FolderSize: "0 B (0 bytes)",
    IsValid: true,
  };
}

function containerClassOf({ calendar, type }: Folder): string {
  if (calendar) return "IPF.Appointment";
  if (type === "Contacts") return "IPF.Contact";
  return type === "Tasks" ? "IPF.Task" : "IPF.Note";
}
