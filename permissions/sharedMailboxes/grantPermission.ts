import { cmdlets } from "../../lib/exchange/target.ts";
import { accountById, accountLookup } from "../../lib/exchange/account.ts";
import { mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { grant, rightGrant } from "../../lib/exchange/rightChange.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { rightsToGrant } from "../../lib/entitlements/sharedMailboxes.ts";

/** Grants one right on a mailbox, or all rights of a combined reference. */
export default onGrantPermission({
  needs: { exchange: cmdlets(mailboxLookup, accountLookup, rightGrant) },
  configuration: ["AutoMapping", "SharedMailboxRights", "SharedMailboxTypes"],
  handle: async (input) => {
    const { accountReference, configuration, read, attemptAll, log } = input;
    const rights = await read(rightsToGrant(input, accountById(accountReference)));
    const autoMapping = configuration.AutoMapping ?? true;
    return { faults: await grant(rights, { autoMapping, read, attemptAll, log }) };
  },
});
