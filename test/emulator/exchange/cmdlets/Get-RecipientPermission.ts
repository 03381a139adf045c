import type { AccessEntry } from "../../access.ts";
import { madeRows, theOne, upTo, type Cmdlet } from "../cmdlet.ts";
import { textOf } from "../parameters.ts";
import { isRecipient, recipientEntries } from "../permissions.ts";
import type { Value } from "../../properties.ts";
import type { DirectoryObject } from "../../state.ts";
import type { Store } from "../../store.ts";
import { shownTrustee, trusteeNamed } from "../trustees.ts";

interface Item {
  recipient: DirectoryObject;
  entry: AccessEntry;
}

export const recipientPermissionRow = (
  { recipient, entry }: Item,
  store: Store,
): Record<string, Value> => ({
  Identity: store.property(recipient, "Identity"),
  Trustee: shownTrustee(entry, store),
  AccessControlType: entry.deny === true ? "Deny" : "Allow",
  AccessRights: [...entry.rights],
  IsInherited: entry.inherited ?? false,
  InheritanceType: entry.inheritanceType ?? store.recipientAccess.inheritanceType,
});

/** Who may send as one recipient, or as any. ResultSize counts entries (assumed). */
export const getRecipientPermission: Cmdlet = {
  name: "Get-RecipientPermission",
  writes: false,
  honours: ["Identity", "AccessRights", "Trustee", "ResultSize"],
  run({ parameters, store }) {
    const identity = textOf(parameters["Identity"]);
    const recipients =
      identity === "" ? store.objects.filter(isRecipient) : [theOne(store, identity, isRecipient)];
    const rights = parameters["AccessRights"];
    const asked = textOf(parameters["Trustee"]);
    const trustee =
      asked === "" ? undefined : trusteeNamed(asked, store, store.state.recipientPermissions ?? []);
    const items: Item[] = [];
    for (const recipient of recipients) {
      for (const entry of recipientEntries(recipient, store)) {
        if (trustee !== undefined && entry.trustee !== trustee) continue;
        if (trustee !== undefined && entry.listedAs !== undefined && entry.listedAs !== asked)
          continue;
        if (Array.isArray(rights) && !entry.rights.some((right) => rights.includes(right)))
          continue;
        items.push({ recipient, entry });
      }
    }
    return {
      ...upTo(items, parameters),
      rows: madeRows((item: Item) => recipientPermissionRow(item, store)),
    };
  },
};
