import { cmdlets } from "../../lib/exchange/target.ts";
import { accountOrFormerById, accountLookup } from "../../lib/exchange/account.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import {
  revoke,
  rightProperties,
  rightRevocation,
  rightsOn,
} from "../../lib/exchange/rightChange.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";
import { revocableRights } from "../../lib/entitlements/sharedMailboxes.ts";

/**
 * Revokes one right on a mailbox, or every right that a combined reference can ever have meant, regardless of what the
 * configuration names today.
 */
export default onRevokePermission({
  needs: { exchange: cmdlets(mailboxLookup, accountLookup, rightRevocation) },
  configuration: [],
  handle: async ({ accountReference, permission, read, attemptAll, log }) => {
    const wanted = revocableRights(permission("Permission"));
    const id = permission("Id");
    const reference = "The Id of the mailbox in the permission reference";
    const mailbox = mailboxById(id, rightProperties, { reference });
    const account = accountOrFormerById(accountReference);
    const rights = await read(rightsOn(wanted, id, mailbox, account));
    return { faults: await revoke(rights, { read, attemptAll, log }) };
  },
});
