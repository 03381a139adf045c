import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../../lib/exchange/accountReference.ts";
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
import type { PermissionDeclaration } from "../../lib/host/permissionActions.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/**
 * Ends the hold if it has the duration of the entitlement, and on an inactive mailbox only if the configuration allows
 * it.
 */
export const revoking: PermissionDeclaration<ExchangeTarget, "LitigationHoldOffInactive"> = {
  needs: { exchange: cmdlets(heldMailboxLookup, olderReferenceLookup, holdEnd) },
  configuration: ["LitigationHoldOffInactive"],
  handle: async ({ accountReference, permission, configuration, read, change }) => {
    const own = holdDurationFrom(permission("Duration"));
    const mailbox = await read(ofAccount(accountReference, heldMailboxById));
    const present = holdOf(mailbox);
    if (present === undefined)
      return { audit: [{ Message: `Mailbox ${nameOf(mailbox)} is not on litigation hold.` }] };
    if (present !== own) {
      return {
        audit: [
          {
            Message:
              `Mailbox ${nameOf(mailbox)} is on a litigation hold ${describedHold(present)}, but this ` +
              `entitlement is one ${describedHold(own)}; it was not changed.`,
          },
        ],
      };
    }
    if (isInactive(mailbox) && configuration.LitigationHoldOffInactive !== true) {
      throw Fault.invalid(
        `Mailbox ${nameOf(mailbox)} is inactive: its user no longer exists, and Exchange keeps it only while it ` +
          "is on hold. Removing the litigation hold may delete it permanently. To allow that, turn on " +
          '"Allow removing holds from inactive mailboxes" (LitigationHoldOffInactive).',
      );
    }
    await change(releasing(mailbox));
    return {};
  },
};

export default onRevokePermission(revoking);
