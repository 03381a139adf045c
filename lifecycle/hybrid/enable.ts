import { changeAccount, changeNeeds, hiddenFrom } from "../../lib/accounts/hybrid.ts";
import { onEnable } from "../../lib/host/enableAction.ts";

/** Enables the account in Active Directory, and shows its mailbox in the address lists if that is mapped. */
export default onEnable({
  needs: changeNeeds,
  configuration: ["CorrelateOnly"],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll }) => {
    const hidden = hiddenFrom(data.entries);
    const wanted = configuration.CorrelateOnly ? {} : { enabled: true, hidden };
    return await changeAccount(accountReference, wanted, fields, { read, changeAll });
  },
});
