import { cmdlets } from "../../lib/exchange/target.ts";
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
import { onGrantPermission } from "../../lib/host/permissionActions.ts";
import { listedOptions } from "../../lib/entitlements/litigationHold.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/** Puts the mailbox on hold. A longer hold is never shortened, unless the configuration allows it. */
export default onGrantPermission({
  needs: { exchange: cmdlets(heldMailboxLookup, holdStart) },
  configuration: ["LitigationHoldMayShorten"],
  handle: async ({ accountReference, permission, configuration, read, change }) => {
    // The reference says it all; but no hold is put on with a data file that is wrong.
    listedOptions();
    const wanted = holdDurationFrom(permission("Duration"));
    const mailbox = await read(heldMailboxById(accountReference));
    const present = holdOf(mailbox);
    if (present === wanted)
      return {
        audit: [
          {
            Message: `Mailbox ${nameOf(mailbox)} is on a litigation hold ${describedHold(present)} already.`,
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
              `Mailbox ${nameOf(mailbox)} is on a litigation hold ${describedHold(present)} already, which is ` +
              `longer than one ${describedHold(wanted)}; it was left as it is.`,
          },
        ],
      };
    }
    await change(holding(mailbox, wanted));
    return {};
  },
});
