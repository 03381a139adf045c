import { directoryAccounts, directoryAccountNeeds } from "../../lib/accounts/hybridAccounts.ts";
import { assertHasExchange } from "../../lib/accounts/hybridMailbox.ts";
import { groupPermission, membersThatAreAccounts } from "../../lib/entitlements/groups.ts";
import { memberList } from "../../lib/exchange/groupMembers.ts";
import { cmdlets } from "../../lib/exchange/target.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";

/** Imports the members of the groups that are listed, as accounts of Active Directory. */
export default onImportPermission({
  needs: {
    ...directoryAccountNeeds,
    exchange: cmdlets(directoryAccountNeeds.exchange.operations, memberList),
  },
  configuration: ["exchangeOnlineIntegration", "RecipientTypeDetails"],
  handle: async function* (input) {
    assertHasExchange(input.configuration);
    const accounts = await directoryAccounts(input);
    for await (const { group, accountReferences } of membersThatAreAccounts(undefined, input))
      yield {
        permission: groupPermission(group),
        description: group.PrimarySmtpAddress,
        accountReferences: accounts.of(accountReferences),
      };
    accounts.logRest();
  },
});
