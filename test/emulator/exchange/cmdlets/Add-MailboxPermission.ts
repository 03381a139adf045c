import { grant } from "../../access.ts";
import { madeRows, nothing, theOne, type Cmdlet } from "../cmdlet.ts";
import { accessListFull, acePresent } from "../errors.ts";
import { textOf } from "../parameters.ts";
import { hasMailbox, isGivenAnyway, required } from "../permissions.ts";
import { account, trusteeNamed } from "../trustees.ts";
import { mailboxPermissionRow } from "./Get-MailboxPermission.ts";

/** Documented. What every mailbox has without being given is not counted (assumed). */
const maxEntries = 500;

/** Returns the entry as it is afterwards, or a warning when there was nothing to add. */
export const addMailboxPermission: Cmdlet = {
  name: "Add-MailboxPermission",
  writes: true,
  honours: ["Identity", "User", "AccessRights", "AutoMapping", "InheritanceType", "Deny"],
  run({ parameters, store }) {
    required(parameters, "AccessRights", "User");
    const list = store.mailboxAccess;
    const mailbox = theOne(store, textOf(parameters["Identity"]), hasMailbox);
    const guid = String(mailbox["Guid"]);
    const rights = parameters["AccessRights"] as string[];
    const trustee = trusteeNamed(textOf(parameters["User"]), store, list.of(guid));
    const ace = {
      trustee,
      deny: parameters["Deny"] === true,
      inheritanceType: textOf(parameters["InheritanceType"] ?? list.inheritanceType),
    };
    const before = list.find(guid, ace);
    if (!before && list.of(guid).filter(({ inherited }) => inherited !== true).length >= maxEntries)
      throw accessListFull(guid);
    // Whether Outlook opens the mailbox is decided when Full Access is given, and only then
    // (documented).
    const autoMapping = before?.rights.includes("FullAccess")
      ? before.autoMapping
      : parameters["AutoMapping"] !== false;
    const made =
      isGivenAnyway(trustee, rights, false) && !ace.deny
        ? undefined
        : grant(list, guid, ace, rights, (all) => ({
            mailbox: guid,
            ...ace,
            rights: all,
            ...(autoMapping === undefined ? {} : { autoMapping }),
          }));
    if (!made)
      return nothing([
        acePresent(String(store.property(mailbox, "DistinguishedName")), account(trustee, store)),
      ]);
    return {
      items: [made],
      rows: madeRows((entry: typeof made) => mailboxPermissionRow(mailbox, entry, store)),
      warnings: [],
    };
  },
};
