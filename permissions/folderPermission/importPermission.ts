import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import { displayNameLookup } from "../../lib/exchange/calendarUser.ts";
import { calendarsOf, calendarsOfAll } from "../../lib/exchange/allMailboxes.ts";
import { nameOf } from "../../lib/exchange/naming.ts";
import type { ImportDeclaration, Holders } from "../../lib/host/permissionActions.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { HolderBatches } from "../../lib/entitlements/holderBatches.ts";
import { listedOptions, matchable } from "../../lib/entitlements/folderPermission.ts";
import { ImportFailures } from "../../lib/entitlements/importFailures.ts";

/** Imports the mailboxes whose calendar has a listed right. */
export const importing: ImportDeclaration<ExchangeTarget, "RecipientTypeDetails", Holders> = {
  needs: { exchange: cmdlets(displayNameLookup, calendarsOfAll) },
  configuration: ["RecipientTypeDetails"],
  handle: async function* ({ configuration, read, stream, log }) {
    const options = await matchable(listedOptions(), { read, log });
    const batches = new HolderBatches(options);
    const failures = new ImportFailures("calendar", "calendars");
    for await (const one of stream(calendarsOf(configuration.RecipientTypeDetails ?? []))) {
      if ("fault" in one) failures.add(nameOf(one.mailbox), one.fault);
      else
        for (const { option, isIn } of options)
          if (isIn(one.found)) yield* batches.add(option, one.mailbox.Guid);
    }
    yield* batches.rest();
    failures.throwIfAny();
  },
};

export default onImportPermission(importing);
