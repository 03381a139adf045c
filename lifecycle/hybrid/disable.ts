import { changeAccount, changeNeeds, nothing, wantedFrom } from "../../lib/accounts/hybrid.ts";
import { withVisibility } from "../../lib/accounts/hybridMailbox.ts";
import { onDisable } from "../../lib/host/disableAction.ts";

/**
 * Disables the account in Active Directory, and sets what else is mapped. With Exchange Online its mailbox is hidden
 * from the address lists, unless mapped otherwise.
 */
export default onDisable({
  needs: changeNeeds(),
  configuration: ["CorrelateOnly", "exchangeOnlineIntegration"],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll }) => {
    const hasExchange = configuration.exchangeOnlineIntegration === true;
    const disabled = hasExchange ? withVisibility(data.entries, false) : data.entries;
    const wanted = configuration.CorrelateOnly
      ? nothing
      : { ...wantedFrom(disabled), enabled: false };
    return await changeAccount(
      accountReference,
      wanted,
      { fields, hasExchange },
      { read, changeAll },
    );
  },
});
