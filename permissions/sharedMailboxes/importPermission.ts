import { cmdlets } from "../../lib/exchange/target.ts";
import { rightHolderList } from "../../lib/exchange/rightHolders.ts";
import { mailboxList } from "../../lib/exchange/mailboxList.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import {
  combinedRights,
  mailboxHolders,
  mailboxPermissions,
} from "../../lib/entitlements/sharedMailboxes.ts";
import { rights } from "../../lib/exchange/mailboxRight.ts";

/** Imports the holders of each right on every mailbox of the configured types, in the configured form. */
export default onImportPermission({
  needs: { exchange: cmdlets(mailboxList, rightHolderList) },
  configuration: [
    "CombinedRightsImport",
    "RecipientTypeDetails",
    "SharedMailboxReference",
    "SharedMailboxRights",
    "SharedMailboxTypes",
  ],
  handle: async function* (input) {
    const { configuration } = input;
    const wanted =
      configuration.SharedMailboxReference === "separate"
        ? Object.values(rights)
        : combinedRights(configuration);
    for await (const { mailbox, holdersOf } of mailboxHolders({ wanted }, input)) {
      for (const { permission, parts } of mailboxPermissions(mailbox, configuration)) {
        yield {
          permission,
          description: mailbox.UserPrincipalName,
          accountReferences: holdersOf(parts),
        };
      }
    }
  },
});
