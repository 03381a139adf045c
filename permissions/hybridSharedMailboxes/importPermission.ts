import { directoryAccounts, directoryAccountNeeds } from "../../lib/accounts/hybridAccounts.ts";
import { assertHasExchange } from "../../lib/accounts/hybridMailbox.ts";
import {
  combinedRights,
  mailboxHolders,
  mailboxPermissions,
} from "../../lib/entitlements/sharedMailboxes.ts";
import { mailboxList } from "../../lib/exchange/mailboxList.ts";
import { rights } from "../../lib/exchange/mailboxRight.ts";
import { rightHolderList } from "../../lib/exchange/rightHolders.ts";
import { cmdlets } from "../../lib/exchange/target.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";

/**
 * Imports the holders of each right on every mailbox of the configured types, as accounts of Active Directory. What
 * Active Directory masters is imported as Exchange Online shows it.
 */
export default onImportPermission({
  needs: {
    ...directoryAccountNeeds,
    exchange: cmdlets(directoryAccountNeeds.exchange.operations, mailboxList, rightHolderList),
  },
  configuration: [
    "CombinedRightsImport",
    "RecipientTypeDetails",
    "SharedMailboxReference",
    "SharedMailboxRights",
    "SharedMailboxTypes",
    "exchangeOnlineIntegration",
  ],
  handle: async function* (input) {
    const { configuration } = input;
    assertHasExchange(configuration);
    const isSeparate = configuration.SharedMailboxReference === "separate";
    const wanted = isSeparate ? Object.values(rights) : combinedRights(configuration);
    const accounts = await directoryAccounts(input);
    for await (const { mailbox, holdersOf } of mailboxHolders({ wanted }, input))
      for (const { permission, parts } of mailboxPermissions(mailbox, configuration))
        yield {
          permission,
          description: mailbox.UserPrincipalName,
          accountReferences: accounts.of(holdersOf(parts)),
        };
    accounts.logRest();
  },
});
