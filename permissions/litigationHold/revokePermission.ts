import { cmdlets } from "../../lib/exchange/target.ts";
import {
  describedHold,
  heldMailboxById,
  holdDurationFrom,
  holdOf,
  isInactive,
  releasing,
  heldMailboxLookup,
  holdEnd,
} from "../../lib/exchange/litigationHold.ts";
import { Fault } from "../../lib/fault.ts";
import { onRevokePermission } from "../../lib/host/permissionActions.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/**
 * Ends the hold: only one of the entitlement's own duration, and on an inactive mailbox only when the configuration
 * allows it.
 */
export default onRevokePermission({
  needs: { exchange: cmdlets(heldMailboxLookup, holdEnd) },
  configuration: ["LitigationHoldOffInactive"],
  handle: async ({ accountReference, permission, configuration, read, change }) => {
    const own = holdDurationFrom(permission("Duration"));
    const mailbox = await read(heldMailboxById(accountReference));
    const present = holdOf(mailbox);
    if (present === undefined)
      return { audit: [{ Message: `Mailbox ${nameOf(mailbox)} is on no litigation hold.` }] };
    if (present !== own) {
      return {
        audit: [
          {
            Message:
              `Mailbox ${nameOf(mailbox)} is on a litigation hold ${describedHold(present)}, and this ` +
              `entitlement stands for one ${describedHold(own)}; it was left as it is.`,
          },
        ],
      };
    }
    if (isInactive(mailbox) && configuration.LitigationHoldOffInactive !== true) {
      throw Fault.invalid(
        `Mailbox ${nameOf(mailbox)} is inactive: its user is gone, and it is kept only as long as it is on ` +
          "hold. Taking the litigation hold off may delete it for good. If that is wanted, allow it in the " +
          "configuration (Allow removing holds from inactive mailboxes).",
      );
    }
    await change(releasing(mailbox));
    return {};
  },
});
