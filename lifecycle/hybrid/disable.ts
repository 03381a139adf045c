import { changeAccount, changeNeeds, hiddenFrom } from "../../lib/accounts/hybrid.ts";
import { onDisable } from "../../lib/host/disableAction.ts";

/** Disables the account in Active Directory, and hides its mailbox from the address lists if that is mapped. */
export default onDisable({
  needs: changeNeeds,
  configuration: ["CorrelateOnly"],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll }) => {
    const hidden = hiddenFrom(data.entries);
    const wanted = configuration.CorrelateOnly ? {} : { enabled: false, hidden };
    return await changeAccount(accountReference, wanted, fields, { read, changeAll });
  },
});
