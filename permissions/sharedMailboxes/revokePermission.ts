import { cmdlets } from "../../lib/exchange/target.ts";
import { accountById, accountLookup } from "../../lib/exchange/account.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { revoke, rightProperties, rightRevocation } from "../../lib/exchange/rightChange.ts";
import { faultsOf, onRevokePermission } from "../../lib/host/permissionActions.ts";
import { rightsOf } from "../../lib/entitlements/sharedMailboxes.ts";

/** Revokes one right on a mailbox, or all rights of a combined reference: as many of them as possible. */
export default onRevokePermission({
  needs: { exchange: cmdlets(mailboxLookup, accountLookup, rightRevocation) },
  configuration: ["SharedMailboxRights"],
  handle: async ({ accountReference, permission, configuration, read, change, log }) => {
    const wanted = rightsOf(permission("Permission"), configuration);
    const mailbox = await read(
      mailboxById(permission("Id"), rightProperties, {
        reference: "The Id of the mailbox in the permission reference",
      }),
    );
    const account = await read(accountById(accountReference));
    return {
      faults: await faultsOf(
        wanted.map((right) => () => revoke(right, mailbox, account, { read, change, log })),
      ),
    };
  },
});
