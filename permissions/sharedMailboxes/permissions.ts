import { cmdlets } from "../../lib/exchange/target.ts";
import { mailboxesOf, mailboxList } from "../../lib/exchange/mailboxList.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { mailboxPermissions } from "../../lib/entitlements/sharedMailboxes.ts";

/** Lists the rights on every mailbox of the configured types, in the configured form. */
export default onPermissions({
  needs: { exchange: cmdlets(mailboxList) },
  configuration: ["SharedMailboxReference", "SharedMailboxRights", "SharedMailboxTypes"],
  handle: async function* ({ configuration, stream }) {
    for await (const mailbox of stream(mailboxesOf(configuration.SharedMailboxTypes ?? [], []))) {
      for (const { permission } of mailboxPermissions(mailbox, configuration)) yield permission;
    }
  },
});
