import type { AccessEntry } from "../../access.ts";
import { madeRows, theOne, upTo, type Cmdlet } from "../cmdlet.ts";
import { notImplemented } from "../errors.ts";
import { textOf } from "../parameters.ts";
import { hasMailbox, mailboxEntries, shownBoolean } from "../permissions.ts";
import type { Value } from "../../properties.ts";
import type { DirectoryObject } from "../../state.ts";
import type { Store } from "../../store.ts";
import { isNamed, shownTrustee } from "../trustees.ts";

export const mailboxPermissionRow = (
  mailbox: DirectoryObject,
  entry: AccessEntry,
  store: Store,
): Record<string, Value> => ({
  Identity: store.property(mailbox, "Identity"),
  User: shownTrustee(entry, store),
  AccessRights: [...entry.rights],
  IsInherited: entry.inherited ?? false,
  Deny: shownBoolean(entry.deny),
  InheritanceType: entry.inheritanceType ?? store.mailboxAccess.inheritanceType,
});

/**
 * Who may open one mailbox. Deleted users are listed too, so that the switch for them changes
 * nothing (assumed).
 */
export const getMailboxPermission: Cmdlet = {
  name: "Get-MailboxPermission",
  writes: false,
  honours: ["Identity", "User", "ResultSize", "IncludeUnresolvedPermissions"],
  run({ parameters, store }) {
    const identity = textOf(parameters["Identity"]);
    if (identity === "")
      throw notImplemented(
        "an empty Identity of Get-MailboxPermission, which is documented to mean every mailbox",
      );
    const mailbox = theOne(store, identity, hasMailbox);
    const user = textOf(parameters["User"]);
    // An unknown user finds nothing, and is not an error (assumed).
    const entries = mailboxEntries(mailbox, store).filter(
      (entry) => user === "" || isNamed(entry, user, store),
    );
    return {
      ...upTo(entries, parameters),
      rows: madeRows((entry: AccessEntry) => mailboxPermissionRow(mailbox, entry, store)),
    };
  },
};
