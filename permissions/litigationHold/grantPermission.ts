import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../../lib/exchange/accountReference.ts";
import {
  describedHold,
  heldMailboxById,
  holdDurationFrom,
  holdOf,
  holding,
  isLonger,
  heldMailboxLookup,
  holdStart,
} from "../../lib/exchange/litigationHold.ts";
import type { PermissionDeclaration } from "../../lib/host/permissionActions.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { listedOptions } from "../../lib/entitlements/litigationHold.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/** Places the mailbox on litigation hold. A longer hold is only shortened if the configuration allows it. */
export const granting: PermissionDeclaration<ExchangeTarget, "LitigationHoldMayShorten"> = {
  needs: { exchange: cmdlets(heldMailboxLookup, olderReferenceLookup, holdStart) },
  configuration: ["LitigationHoldMayShorten"],
  handle: async ({ accountReference, permission, configuration, read, change }) => {
    // The reference contains the duration, but no hold is placed while the data file is wrong.
    listedOptions();
    const wanted = holdDurationFrom(permission("Duration"));
    const mailbox = await read(ofAccount(accountReference, heldMailboxById));
    const present = holdOf(mailbox);
    if (present === wanted)
      return {
        audit: [
          {
            Message: `Mailbox ${nameOf(mailbox)} is already on a litigation hold ${describedHold(present)}.`,
          },
        ],
      };
    if (
      present !== undefined &&
      isLonger(present, wanted) &&
      configuration.LitigationHoldMayShorten !== true
    ) {
      return {
        audit: [
          {
            Message:
              `Mailbox ${nameOf(mailbox)} is already on a litigation hold ${describedHold(present)}, which is ` +
              `longer than one ${describedHold(wanted)}; it was not changed.`,
          },
        ],
      };
    }
    await change(holding(mailbox, wanted));
    return {};
  },
};

export default onGrantPermission(granting);
