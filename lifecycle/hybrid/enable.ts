import { changeAccount, changeNeeds, nothing, wantedFrom } from "../../lib/accounts/hybrid.ts";
import { askedOf, withVisibility } from "../../lib/accounts/hybridMailbox.ts";
import { onEnable } from "../../lib/host/enableAction.ts";

/**
 * Enables the account in Active Directory, and sets what else is mapped. With Exchange Online its mailbox is shown in
 * the address lists, unless mapped otherwise.
 */
export default onEnable({
  needs: changeNeeds(),
  configuration: [
    "AutoReplyMessageFormat",
    "CorrelateOnly",
    "ExistingAutoReply",
    "exchangeOnlineIntegration",
  ],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll }) => {
    const asked = askedOf(fields, configuration);
    const mapped = wantedFrom(configuration.CorrelateOnly ? [] : data.entries, configuration);
    const mailbox = withVisibility(mapped.mailbox, true);
    const wanted = configuration.CorrelateOnly ? nothing : { ...mapped, mailbox, enabled: true };
    return await changeAccount(accountReference, wanted, asked, { read, changeAll });
  },
});
