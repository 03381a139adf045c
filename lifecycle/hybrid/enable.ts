import { changeAccount, changeNeeds, nothing, wantedFrom } from "../../lib/accounts/hybrid.ts";
import { onEnable } from "../../lib/host/enableAction.ts";

/** Enables the account in Active Directory, and sets what else is mapped. */
export default onEnable({
  needs: changeNeeds(),
  configuration: ["CorrelateOnly"],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll }) => {
    const wanted = configuration.CorrelateOnly
      ? nothing
      : { ...wantedFrom(data.entries), enabled: true };
    return await changeAccount(accountReference, wanted, fields, { read, changeAll });
  },
});
