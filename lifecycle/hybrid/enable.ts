import { changeAccount, changeNeeds, nothing, wantedFrom } from "../../lib/accounts/hybrid.ts";
import { withVisibility } from "../../lib/accounts/hybridMailbox.ts";
import { onEnable } from "../../lib/host/enableAction.ts";

/**
 * Enables the account in Active Directory, and sets what else is mapped. With Exchange Online its mailbox is shown in
 * the address lists, unless mapped otherwise.
 */
export default onEnable({
  needs: changeNeeds(),
  configuration: ["CorrelateOnly", "exchangeOnlineIntegration"],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll }) => {
    const hasExchange = configuration.exchangeOnlineIntegration === true;
    const enabled = hasExchange ? withVisibility(data.entries, true) : data.entries;
    const wanted = configuration.CorrelateOnly
      ? nothing
      : { ...wantedFrom(enabled), enabled: true };
    return await changeAccount(
      accountReference,
      wanted,
      { fields, hasExchange },
      { read, changeAll },
    );
  },
});
