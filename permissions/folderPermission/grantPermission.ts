import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../../lib/exchange/accountReference.ts";
import {
  setCalendarRight,
  presentRight,
  calendarRightLookup,
  calendarRightChange,
} from "../../lib/exchange/calendarEntries.ts";
import { calendarFolders, calendarOf } from "../../lib/exchange/calendar.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { early, together } from "../../lib/exchange/together.ts";
import type { PermissionDeclaration } from "../../lib/host/permissionActions.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import {
  conflict,
  entitlementOf,
  listedOptions,
  grantableUser,
  conflictingOption,
  userOf,
} from "../../lib/entitlements/folderPermission.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/** Grants Default, or a named user or group, a right on the calendar of the account. */
export const granting: PermissionDeclaration<ExchangeTarget, "CalendarRightConflict"> = {
  needs: {
    exchange: cmdlets(
      mailboxLookup,
      olderReferenceLookup,
      calendarRightLookup,
      calendarRightChange,
    ),
  },
  configuration: ["CalendarRightConflict"],
  handle: async ({ accountReference, permission, configuration, read, change }) => {
    const options = listedOptions();
    const { right, notify } = entitlementOf(permission, options);
    const [mailbox, folders, reading] = await read(
      ofAccount(accountReference, (id) =>
        together(mailboxById(id, []), early(calendarFolders(id)), early(userOf(right))),
      ),
    );
    const calendar = await read(calendarOf(mailbox, folders));
    const user = await grantableUser(right, reading, read);
    const present = await read(presentRight(calendar, user));
    const conflicting =
      configuration.CalendarRightConflict === "overwrite"
        ? undefined
        : conflictingOption(right, present, options);
    if (conflicting) throw conflict(conflicting, nameOf(mailbox));
    await setCalendarRight(calendar, { ...right, user }, present, { change, notify });
    return {};
  },
};

export default onGrantPermission(granting);
