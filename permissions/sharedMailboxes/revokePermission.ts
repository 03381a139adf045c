import { cmdlets } from "../../lib/exchange/target.ts";
import { accountOrFormerById, accountLookup } from "../../lib/exchange/account.ts";
import { mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { revoke, rightRevocation } from "../../lib/exchange/rightChange.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";
import { rightsToRevoke } from "../../lib/entitlements/sharedMailboxes.ts";

/**
 * Revokes one right on a mailbox, or every right that a combined reference can ever have meant, regardless of what the
 * configuration names today.
 */
export default onRevokePermission({
  needs: { exchange: cmdlets(mailboxLookup, accountLookup, rightRevocation) },
  configuration: [],
  handle: async (input) => {
    const { accountReference, read, attemptAll, log } = input;
    const rights = await read(rightsToRevoke(input, accountOrFormerById(accountReference)));
    return { faults: await revoke(rights, { read, attemptAll, log }) };
  },
});
