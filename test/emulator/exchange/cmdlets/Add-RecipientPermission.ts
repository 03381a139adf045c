import { grant } from "../../access.ts";
import { madeRows, nothing, theOne, type Cmdlet } from "../cmdlet.ts";
import { acePresent } from "../errors.ts";
import { textOf } from "../parameters.ts";
import { isGivenAnyway, isRecipient, required } from "../permissions.ts";
import { account, trusteeNamed } from "../trustees.ts";
import { recipientPermissionRow } from "./Get-RecipientPermission.ts";

/** Returns the entry as it is afterwards, or a warning when there was nothing to add. */
export const addRecipientPermission: Cmdlet = {
  name: "Add-RecipientPermission",
  writes: true,
  honours: ["Identity", "Trustee", "AccessRights"],
  run({ parameters, store }) {
    required(parameters, "AccessRights", "Trustee");
    const list = store.recipientAccess;
    const recipient = theOne(store, textOf(parameters["Identity"]), isRecipient);
    const guid = String(recipient["Guid"]);
    const rights = parameters["AccessRights"] as string[];
    const trustee = trusteeNamed(textOf(parameters["Trustee"]), store, list.of(guid));
    const ace = { trustee, deny: false, inheritanceType: list.inheritanceType };
    const made = isGivenAnyway(trustee, rights, true)
      ? undefined
      : grant(list, guid, ace, rights, (all) => ({ recipient: guid, ...ace, rights: all }));
    if (!made)
      return nothing([
        acePresent(String(store.property(recipient, "DistinguishedName")), account(trustee, store)),
      ]);
    return {
      items: [made],
      rows: madeRows((entry: typeof made) => recipientPermissionRow({ recipient, entry }, store)),
      warnings: [],
    };
  },
};
