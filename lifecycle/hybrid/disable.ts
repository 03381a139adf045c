import { changeAccount, changeNeeds, nothing, wantedFrom } from "../../lib/accounts/hybrid.ts";
import { askedOf, withVisibility } from "../../lib/accounts/hybridMailbox.ts";
import { onDisable } from "../../lib/host/disableAction.ts";

/**
 * Disables the account in Active Directory, and sets what else is mapped. With Exchange Online its mailbox is hidden
 * from the address lists, unless mapped otherwise.
 */
export default onDisable({
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
    const mailbox = withVisibility(mapped.mailbox, false);
    const wanted = configuration.CorrelateOnly ? nothing : { ...mapped, mailbox, enabled: false };
    return await changeAccount(accountReference, wanted, asked, { read, changeAll });
  },
});
