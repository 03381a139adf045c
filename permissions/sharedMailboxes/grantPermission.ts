import { cmdlets } from "../../lib/exchange/target.ts";
import { accountById, accountLookup } from "../../lib/exchange/account.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { grant, rightProperties, rightGrant } from "../../lib/exchange/rightChange.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { faultsOf } from "../../lib/host/permissionActions.ts";
import { refuseOtherTypes, rightsOf } from "../../lib/entitlements/sharedMailboxes.ts";

/** Grants one right on a mailbox, or all rights of a combined reference. */
export default onGrantPermission({
  needs: { exchange: cmdlets(mailboxLookup, accountLookup, rightGrant) },
  configuration: ["AutoMapping", "SharedMailboxRights", "SharedMailboxTypes"],
  handle: async ({ accountReference, permission, configuration, read, change, log }) => {
    const wanted = rightsOf(permission("Permission"), configuration);
    const mailbox = await read(
      mailboxById(permission("Id"), rightProperties, {
        reference: "The Id of the mailbox in the permission reference",
      }),
    );
    refuseOtherTypes(mailbox, configuration);
    const account = await read(accountById(accountReference));
    return {
      faults: await faultsOf(
        wanted.map(
          (right) => () =>
            grant(right, mailbox, account, {
              autoMapping: configuration.AutoMapping ?? true,
              read,
              change,
              log,
            }),
        ),
      ),
    };
  },
});
