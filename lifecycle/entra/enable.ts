import {
  accountById,
  applyWanted,
  changeNeeds,
  nothing,
  wantedFrom,
} from "../../lib/accounts/entra.ts";
import { onEnable } from "../../lib/host/enableAction.ts";

/** Enables the account and shows its mailbox in the address lists, unless mapped otherwise, and sets the rest. */
export default onEnable({
  needs: changeNeeds(),
  configuration: ["CorrelateOnly", "exchangeOnlineIntegration"],
  handle: async ({ accountReference, data, fields, configuration, read, change, changeAll }) => {
    const hasExchange = configuration.exchangeOnlineIntegration === true;
    const enabled = data
      .withDefault("accountEnabled", "true")
      .withDefault("exchangeOnline.HiddenFromAddressListsEnabled", "false");
    const wanted = configuration.CorrelateOnly ? nothing : wantedFrom(enabled.entries);
    const account = await accountById(accountReference, { wanted, fields, hasExchange }, { read });
    return await applyWanted(account, { read, change, changeAll });
  },
});
