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
    const named = textOf(parameters["Trustee"]);
    const trustee = trusteeNamed(named, store, list.of(guid));
    const ace = {
      trustee,
      deny: parameters["Deny"] === true,
      inheritanceType: list.inheritanceType,
    };
    const isRemoved =
      !staysAnyway(list.find(guid, ace, named), list.of(guid), store) &&
      revoke(list, guid, ace, parameters["AccessRights"] as string[], named);
    return nothing(
      isRemoved
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
