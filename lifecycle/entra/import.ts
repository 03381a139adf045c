import { accountsOf, importNeeds } from "../../lib/accounts/entraImport.ts";
import { onImport } from "../../lib/host/importAction.ts";

/**
 * Imports every user of the tenant, with the settings of its mailbox if any is mapped. An account is enabled if its
 * user is, and never when persons are only correlated.
 */
export default onImport({
  needs: importNeeds,
  configuration: ["CorrelateOnly", "exchangeOnlineIntegration", "RecipientTypeDetails"],
  handle: async function* ({ importFields, configuration, stream, log }) {
    for await (const { user, account } of accountsOf({ importFields, configuration, stream, log }))
      yield {
        accountReference: user.id,
        displayName: user.displayName,
        userName: user.userPrincipalName,
        enabled: configuration.CorrelateOnly !== true && user["accountEnabled"] === true,
        account,
      };
  },
});
