import {
  accountById,
  changeNeeds,
  endAccess,
  nothing,
  readBeforeEnd,
  wantedFrom,
} from "../../lib/accounts/entra.ts";
import { sessionRevocation } from "../../lib/graph/userChange.ts";
import { onDisable } from "../../lib/host/disableAction.ts";

/**
 * Disables the account, ends its sessions and hides its mailbox from the address lists, unless mapped otherwise, and
 * sets what else is mapped.
 */
export default onDisable({
  needs: changeNeeds(sessionRevocation),
  configuration: ["CorrelateOnly", "exchangeOnlineIntegration"],
  handle: async ({ accountReference, data, fields, configuration, read, change, changeAll }) => {
    const hasExchange = configuration.exchangeOnlineIntegration === true;
    const disabled = data
      .withDefault("accountEnabled", "false")
      .withDefault("exchangeOnline.HiddenFromAddressListsEnabled", "true");
    const wanted = configuration.CorrelateOnly ? nothing : wantedFrom(disabled.entries);
    const account = await accountById(
      accountReference,
      { wanted, fields, alsoRead: readBeforeEnd, hasExchange },
      { read },
    );
    return await endAccess(account, { read, change, changeAll });
  },
});
