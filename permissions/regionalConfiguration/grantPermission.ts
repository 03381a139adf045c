import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../../lib/exchange/accountReference.ts";
import { mailboxById, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import {
  regionById,
  regionChanges,
  regionOf,
  regionLookup,
  regionChange,
} from "../../lib/exchange/region.ts";
import {
  workingHoursFor,
  workingHoursChange,
  workingHoursChanges,
  workingHoursLookup,
  workingHoursOf,
} from "../../lib/exchange/workingHours.ts";
import { early, together } from "../../lib/exchange/together.ts";
import type { PermissionDeclaration } from "../../lib/host/permissionActions.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { regionNamed } from "../../lib/entitlements/regionalConfiguration.ts";
import { nameOf } from "../../lib/exchange/naming.ts";

/**
 * Sets language, formats, time zone and folder names of the mailbox to a listed configuration, and the working hours of
 * its calendar if the configuration has some.
 */
export const granting: PermissionDeclaration<ExchangeTarget, never> = {
  needs: {
    exchange: cmdlets(
      mailboxLookup,
      olderReferenceLookup,
      regionLookup,
      regionChange,
      workingHoursLookup,
      workingHoursChanges,
    ),
  },
  configuration: [],
  handle: async ({ accountReference, permission, read, change }) => {
    const wanted = regionNamed(permission("Id"));
    const verify = wanted.localizesFolders;
    const { workingHours } = wanted;
    const [mailbox, reading, readingHours] = await read(
      ofAccount(accountReference, (id) =>
        together(
          mailboxById(id, []),
          early(regionById(id, verify)),
          early(workingHoursFor(id, workingHours)),
        ),
      ),
    );
    const present = await read(regionOf(mailbox, verify, reading));
    const hours = await read(workingHoursOf(mailbox, readingHours));
    const ofCalendar = workingHoursChange(mailbox, hours, workingHours);
    const changes = [
      ...regionChanges(mailbox, present, wanted),
      ...(ofCalendar ? [ofCalendar] : []),
    ];
    for (const needed of changes) await change(needed);
    return changes.length > 0
      ? {}
      : { audit: [{ Message: `Mailbox ${nameOf(mailbox)} already has this configuration.` }] };
  },
};

export default onGrantPermission(granting);
