import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import { hasFolderNames, hasSettings, regionFrom } from "../../lib/exchange/region.ts";
import { regionsOf, regionsOfAll } from "../../lib/exchange/allMailboxes.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { nameOf } from "../../lib/exchange/naming.ts";
import {
  hasAny,
  hasWorkingHours,
  workingHoursLookup,
  workingHoursOn,
} from "../../lib/exchange/workingHours.ts";
import type { ImportDeclaration, Holders } from "../../lib/host/permissionActions.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { HolderBatches } from "../../lib/entitlements/holderBatches.ts";
import { listedOptions, regionPermission } from "../../lib/entitlements/regionalConfiguration.ts";
import { ImportFailures } from "../../lib/entitlements/importFailures.ts";

/** Imports the mailboxes that have a listed configuration, including folder names and working hours. */
export const importing: ImportDeclaration<ExchangeTarget, "RecipientTypeDetails", Holders> = {
  needs: { exchange: cmdlets(regionsOfAll, workingHoursLookup) },
  configuration: ["RecipientTypeDetails"],
  handle: async function* ({ configuration, stream }) {
    const options = listedOptions().map((option) => ({
      option,
      region: regionFrom(option),
      permission: regionPermission(option),
      description: option.DisplayName,
    }));
    const batches = new HolderBatches(options);
    const failures = new ImportFailures("mailbox", "mailboxes");
    const verifies = options.some(({ region }) => region.localizesFolders);
    /** The options of a mailbox that its working hours decide. */
    const undecided = new Map<Mailbox, (typeof options)[number][]>();
    for await (const one of stream(regionsOf(configuration.RecipientTypeDetails ?? [], verifies))) {
      if ("fault" in one) {
        failures.add(nameOf(one.mailbox), one.fault);
        continue;
      }
      const { mailbox, found } = one;
      for (const own of options) {
        const { option, region } = own;
        if (!hasSettings(found, region) || !hasFolderNames(found, region)) continue;
        if (hasAny(region.workingHours))
          undecided.set(mailbox, [...(undecided.get(mailbox) ?? []), own]);
        else yield* batches.add(option, mailbox.Guid);
      }
    }
    for await (const one of stream(workingHoursOn(undecided.keys()))) {
      if ("fault" in one) {
        failures.add(nameOf(one.mailbox), one.fault);
        continue;
      }
      const { mailbox, found } = one;
      for (const { option, region } of undecided.get(mailbox) ?? [])
        if (hasWorkingHours(found, region.workingHours)) yield* batches.add(option, mailbox.Guid);
    }
    yield* batches.rest();
    failures.throwIfAny();
  },
};

export default onImportPermission(importing);
