import { revoke } from "../../access.ts";
import { nothing, theOne, type Cmdlet } from "../cmdlet.ts";
import { aceMissing } from "../errors.ts";
import { textOf } from "../parameters.ts";
import { isRecipient, required, staysAnyway } from "../permissions.ts";
import { account, trusteeNamed } from "../trustees.ts";

/** Returns nothing. What is not there is a warning. */
export const removeRecipientPermission: Cmdlet = {
  name: "Remove-RecipientPermission",
  writes: true,
  honours: ["Identity", "Trustee", "AccessRights", "Deny"],
  run({ parameters, store }) {
    required(parameters, "AccessRights", "Trustee");
    const list = store.recipientAccess;
    const recipient = theOne(store, textOf(parameters["Identity"]), isRecipient);
    const guid = String(recipient["Guid"]);
    const trustee = trusteeNamed(textOf(parameters["Trustee"]), store, list.of(guid));
    const ace = {
      trustee,
      deny: parameters["Deny"] === true,
      inheritanceType: list.inheritanceType,
    };
    const gone =
      !staysAnyway(list.find(guid, ace), list.of(guid), store) &&
      revoke(list, guid, ace, parameters["AccessRights"] as string[]);
    return nothing(
      gone
        ? []
        : [
            aceMissing(
              String(store.property(recipient, "DistinguishedName")),
              account(trustee, store),
              true,
            ),
          ],
    );
  },
};
