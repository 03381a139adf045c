import { revoke } from "../../access.ts";
import { nothing, theOne, type Cmdlet } from "../cmdlet.ts";
import { aceInherited, aceMissing } from "../errors.ts";
import { textOf } from "../parameters.ts";
import { hasMailbox, required, staysAnyway } from "../permissions.ts";
import { account, trusteeNamed } from "../trustees.ts";

/** Returns nothing. A missing entry causes a warning, and so does an inherited one (both observed). */
export const removeMailboxPermission: Cmdlet = {
  name: "Remove-MailboxPermission",
  writes: true,
  honours: ["Identity", "User", "AccessRights", "InheritanceType", "Deny"],
  run({ parameters, store }) {
    required(parameters, "AccessRights", "User");
    const list = store.mailboxAccess;
    const mailbox = theOne(store, textOf(parameters["Identity"]), hasMailbox);
    const guid = String(mailbox["Guid"]);
    const named = textOf(parameters["User"]);
    const trustee = trusteeNamed(named, store, list.of(guid));
    const ace = {
      trustee,
      deny: parameters["Deny"] === true,
      inheritanceType: textOf(parameters["InheritanceType"] ?? list.inheritanceType),
    };
    const rights = parameters["AccessRights"] as string[];
    const isRemoved =
      !staysAnyway(list.find(guid, ace, named), list.of(guid), store) &&
      revoke(list, guid, ace, rights, named);
    if (isRemoved) return nothing();
    const shown = String(store.property(mailbox, "DistinguishedName"));
    const isInherited = list
      .of(guid)
      .some(
        (entry) =>
          entry.inherited === true &&
          entry.trustee === trustee &&
          (entry.deny ?? false) === ace.deny &&
          entry.rights.some((right) => rights.includes(right)),
      );
    return nothing([
      isInherited
        ? aceInherited(shown, rights, ace.deny)
        : aceMissing(shown, account(trustee, store)),
    ]);
  },
};
