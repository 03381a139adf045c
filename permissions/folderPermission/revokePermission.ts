import { cmdlets } from "../../lib/exchange/target.ts";
import {
  setCalendarRight,
  presentRight,
  removingRight,
  calendarRightLookup,
  calendarRightReset,
  calendarRightRemoval,
} from "../../lib/exchange/calendarEntries.ts";
import { calendarOf } from "../../lib/exchange/calendar.ts";
import { documentedRight, isEveryone } from "../../lib/exchange/calendarRight.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { onRevokePermission } from "../../lib/host/permissionActions.ts";
import {
  entitlementOf,
  listedOptions,
  revocableUser,
  revocableUserLookup,
  rivalOf,
} from "../../lib/entitlements/folderPermission.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/**
 * Takes the right away again: Default and Anonymous get what Exchange gives by itself, a named user's entry is
 * removed.
 */
export default onRevokePermission({
  needs: {
    exchange: cmdlets(
      mailboxLookup,
      calendarRightLookup,
      revocableUserLookup,
      calendarRightReset,
      calendarRightRemoval,
    ),
  },
  configuration: [],
  handle: async ({ accountReference, permission, read, change }) => {
    const options = listedOptions();
    const { right } = entitlementOf(permission, options);
    const mailbox = await read(mailboxById(accountReference, []));
    const calendar = await read(calendarOf(mailbox));
    const user = await revocableUser(right, calendar, read);
    const present = await read(presentRight(calendar, user));
    const rival = rivalOf(right, present, options);
    if (rival)
      return {
        audit: [
          {
            Message:
              `The calendar of mailbox ${nameOf(mailbox)} has the right of "${rival.DisplayName}" for this ` +
              "user, which is another entitlement's; it was left alone.",
          },
        ],
      };
    if (isEveryone(user))
      await setCalendarRight(calendar, documentedRight(user), present, { change });
    else await change(removingRight(calendar, user, present));
    return {};
  },
});
