import { cmdlets } from "../../lib/exchange/target.ts";
import { accountOrFormerById, accountLookup } from "../../lib/exchange/account.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { revoke, rightProperties, rightRevocation } from "../../lib/exchange/rightChange.ts";
import { faultsOf } from "../../lib/host/permissionActions.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";
import { revocableRights } from "../../lib/entitlements/sharedMailboxes.ts";

/**
 * Revokes one right on a mailbox, or every right that a combined reference can ever have meant, regardless of what the
 * configuration names today.
 */
export default onRevokePermission({
  needs: { exchange: cmdlets(mailboxLookup, accountLookup, rightRevocation) },
  configuration: [],
  handle: async ({ accountReference, permission, read, change, log }) => {
    const wanted = revocableRights(permission("Permission"));
    const mailbox = await read(
      mailboxById(permission("Id"), rightProperties, {
        reference: "The Id of the mailbox in the permission reference",
      }),
    );
    const account = await read(accountOrFormerById(accountReference));
    return {
      faults: await faultsOf(
        wanted.map((right) => () => revoke(right, mailbox, account, { read, change, log })),
      ),
    };
  },
});
