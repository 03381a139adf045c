import { cmdlets } from "../../lib/exchange/target.ts";
import {
  setCalendarRight,
  presentRight,
  calendarRightLookup,
  calendarRightChange,
} from "../../lib/exchange/calendarEntries.ts";
import { calendarOf } from "../../lib/exchange/calendar.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { onGrantPermission } from "../../lib/host/permissionActions.ts";
import {
  conflict,
  entitlementOf,
  listedOptions,
  namedUser,
  rivalOf,
} from "../../lib/entitlements/folderPermission.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/** Gives Default, or a named user or group, a right on the calendar of the account. */
export default onGrantPermission({
  needs: {
    exchange: cmdlets(mailboxLookup, calendarRightLookup, calendarRightChange),
  },
  configuration: ["CalendarRightConflict"],
  handle: async ({ accountReference, permission, configuration, read, change }) => {
    const options = listedOptions();
    const { right, notify } = entitlementOf(permission, options);
    const mailbox = await read(mailboxById(accountReference, []));
    const calendar = await read(calendarOf(mailbox));
    const user = await namedUser(right, read);
    const present = await read(presentRight(calendar, user));
    const rival =
      configuration.CalendarRightConflict === "overwrite"
        ? undefined
        : rivalOf(right, present, options);
    if (rival) throw conflict(rival, nameOf(mailbox));
    await setCalendarRight(calendar, { ...right, user }, present, { change, notify });
    return {};
  },
});
