import { changeAccount, changeNeeds, nothing, wantedFrom } from "../../lib/accounts/hybrid.ts";
import { onDisable } from "../../lib/host/disableAction.ts";

/** Disables the account in Active Directory, and sets what else is mapped. */
export default onDisable({
  needs: changeNeeds(),
  configuration: ["CorrelateOnly"],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll }) => {
    const wanted = configuration.CorrelateOnly
      ? nothing
      : { ...wantedFrom(data.entries), enabled: false };
    return await changeAccount(accountReference, wanted, fields, { read, changeAll });
  },
});
