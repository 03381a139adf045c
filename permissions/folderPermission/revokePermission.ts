import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../../lib/exchange/accountReference.ts";
import {
  setCalendarRight,
  presentRight,
  removingRight,
  calendarRightLookup,
  calendarRightReset,
  calendarRightRemoval,
} from "../../lib/exchange/calendarEntries.ts";
import { calendarFolders, calendarOf } from "../../lib/exchange/calendar.ts";
import { documentedRight, isEveryone } from "../../lib/exchange/calendarRight.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { early, together } from "../../lib/exchange/together.ts";
import type { PermissionDeclaration } from "../../lib/host/permissionActions.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";
import {
  entitlementOf,
  listedOptions,
  conflictingOption,
  userOf,
  revocableUser,
  revocableUserLookup,
} from "../../lib/entitlements/folderPermission.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/**
 * Revokes the right: Default and Anonymous are reset to the default of Exchange, the entry of a named user is
 * removed.
 */
export const revoking: PermissionDeclaration<ExchangeTarget, never> = {
  needs: {
    exchange: cmdlets(
      mailboxLookup,
      olderReferenceLookup,
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
    const [mailbox, folders, reading] = await read(
      ofAccount(accountReference, (id) =>
        together(mailboxById(id, []), early(calendarFolders(id)), early(userOf(right))),
      ),
    );
    const calendar = await read(calendarOf(mailbox, folders));
    const user = await revocableUser(right, reading, calendar, read);
    const present = await read(presentRight(calendar, user));
    const conflicting = conflictingOption(right, present, options);
    if (conflicting)
      return {
        audit: [
          {
            Message:
              `The calendar of mailbox ${nameOf(mailbox)} has the right of ` +
              `"${conflicting.DisplayName}" for this user, which is another entitlement; it was not changed.`,
          },
        ],
      };
    if (isEveryone(user))
      await setCalendarRight(calendar, documentedRight(user), present, { change });
    else await change(removingRight(calendar, user, present));
    return {};
  },
};

export default onRevokePermission(revoking);
