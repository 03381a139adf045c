import { cmdlets, type ExchangeQuery } from "../../lib/exchange/target.ts";
import { accountById, accountLookup } from "../../lib/exchange/account.ts";
import { mailboxById, mailboxLookup, type Mailbox } from "../../lib/exchange/mailbox.ts";
import { grant, rightProperties, rightGrant, rightsOn } from "../../lib/exchange/rightChange.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { refuseOtherTypes, rightsOf } from "../../lib/entitlements/sharedMailboxes.ts";

/** Grants one right on a mailbox, or all rights of a combined reference. */
export default onGrantPermission({
  needs: { exchange: cmdlets(mailboxLookup, accountLookup, rightGrant) },
  configuration: ["AutoMapping", "SharedMailboxRights", "SharedMailboxTypes"],
  handle: async ({ accountReference, permission, configuration, read, attemptAll, log }) => {
    const wanted = rightsOf(permission("Permission"), configuration);
    const id = permission("Id");
    const reference = "The Id of the mailbox in the permission reference";
    const mailbox = mailboxById(id, rightProperties, { reference });
    const ofUsualType: ExchangeQuery<Mailbox> = async (targets) => {
      const found = await mailbox(targets);
      refuseOtherTypes(found, configuration);
      return found;
    };
    const rights = await read(rightsOn(wanted, id, ofUsualType, accountById(accountReference)));
    const autoMapping = configuration.AutoMapping ?? true;
    return { faults: await grant(rights, { autoMapping, read, attemptAll, log }) };
  },
});
