import { cmdlets } from "../../lib/exchange/target.ts";
import { rightHolderList } from "../../lib/exchange/rightHolders.ts";
import { filteredMailboxList } from "../../lib/exchange/mailboxList.ts";
import { onImportSubPermissions } from "../../lib/host/importSubPermissionsAction.ts";
import {
  dynamicPermissions,
  mailboxHolders,
  mailboxPart,
} from "../../lib/entitlements/sharedMailboxes.ts";

/** Imports the holders of each right on the mailboxes that have the marker. */
export default onImportSubPermissions({
  needs: { exchange: cmdlets(filteredMailboxList, rightHolderList) },
  configuration: [
    "MarkerAttribute",
    "RecipientTypeDetails",
    "SharedMailboxMarker",
    "SharedMailboxReference",
    "SharedMailboxRights",
    "SharedMailboxTypes",
  ],
  handle: async function* (input) {
    const { MarkerAttribute: property = "CustomAttribute2", SharedMailboxMarker: value = "" } =
      input.configuration;
    const dynamics = dynamicPermissions(input.configuration);
    let mailboxes = 0;
    for await (const { mailbox, holdersOf } of mailboxHolders(
      { wanted: dynamics.flatMap(({ rights }) => rights), where: { property, value } },
      input,
    )) {
      mailboxes++;
      for (const dynamic of dynamics) {
        for (const right of dynamic.rights) {
          const { reference, name } = mailboxPart(mailbox, right, dynamic);
          yield {
            permission: dynamic.permission,
            description: mailbox.UserPrincipalName,
            accountReferences: holdersOf([right]),
            subPermission: { identification: reference, name },
          };
        }
      }
    }
    if (mailboxes === 0)
      input.log("warning", `No mailbox has "${value}" as ${property}, so nothing is imported.`);
  },
});
