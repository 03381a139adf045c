import { assertHasExchange } from "../../lib/accounts/hybridMailbox.ts";
import { mailboxPermissions } from "../../lib/entitlements/sharedMailboxes.ts";
import { mailboxesOf, mailboxList } from "../../lib/exchange/mailboxList.ts";
import { cmdlets } from "../../lib/exchange/target.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";

/** Lists the rights on every mailbox of the configured types, in the configured form. */
export default onPermissions({
  needs: { exchange: cmdlets(mailboxList) },
  configuration: [
    "SharedMailboxReference",
    "SharedMailboxRights",
    "SharedMailboxTypes",
    "exchangeOnlineIntegration",
  ],
  handle: async function* ({ configuration, stream }) {
    assertHasExchange(configuration);
    for await (const mailbox of stream(mailboxesOf(configuration.SharedMailboxTypes ?? [], [])))
      for (const { permission } of mailboxPermissions(mailbox, configuration)) yield permission;
  },
});
