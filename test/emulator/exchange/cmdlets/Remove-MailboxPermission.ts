import { revoke } from "../../access.ts";
import { nothing, theOne, type Cmdlet } from "../cmdlet.ts";
import { aceMissing } from "../errors.ts";
import { textOf } from "../parameters.ts";
import { hasMailbox, required, staysAnyway } from "../permissions.ts";
import { account, trusteeNamed } from "../trustees.ts";

/**
 * Returns nothing. What is not there is a warning; an inherited entry counts as not there
 * (assumed).
 */
export const removeMailboxPermission: Cmdlet = {
  name: "Remove-MailboxPermission",
  writes: true,
  honours: ["Identity", "User", "AccessRights", "InheritanceType", "Deny"],
  run({ parameters, store }) {
    required(parameters, "AccessRights", "User");
    const list = store.mailboxAccess;
    const mailbox = theOne(store, textOf(parameters["Identity"]), hasMailbox);
    const guid = String(mailbox["Guid"]);
    const trustee = trusteeNamed(textOf(parameters["User"]), store, list.of(guid));
    const ace = {
      trustee,
      deny: parameters["Deny"] === true,
      inheritanceType: textOf(parameters["InheritanceType"] ?? list.inheritanceType),
    };
    const gone =
      !staysAnyway(list.find(guid, ace), list.of(guid), store) &&
      revoke(list, guid, ace, parameters["AccessRights"] as string[]);
    return nothing(
      gone
        ? []
        : [
            aceMissing(
              String(store.property(mailbox, "DistinguishedName")),
              account(trustee, store),
            ),
          ],
    );
  },
};
