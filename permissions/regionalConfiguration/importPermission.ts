import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import { hasFolderNames, hasSettings, regionFrom } from "../../lib/exchange/region.ts";
import { regionsOf, regionsOfAll } from "../../lib/exchange/allMailboxes.ts";
import { nameOf } from "../../lib/exchange/naming.ts";
import type { ImportDeclaration, Holders } from "../../lib/host/permissionActions.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { HolderBatches } from "../../lib/entitlements/holderBatches.ts";
import { listedOptions, regionPermission } from "../../lib/entitlements/regionalConfiguration.ts";
import { ImportFailures } from "../../lib/entitlements/importFailures.ts";

/** Imports the mailboxes that have a listed configuration, including folder names. */
export const importing: ImportDeclaration<ExchangeTarget, "RecipientTypeDetails", Holders> = {
  needs: { exchange: cmdlets(regionsOfAll) },
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
    for await (const one of stream(regionsOf(configuration.RecipientTypeDetails ?? [], verifies))) {
      if ("fault" in one) failures.add(nameOf(one.mailbox), one.fault);
      else
        for (const { option, region } of options)
          if (hasSettings(one.found, region) && hasFolderNames(one.found, region))
            yield* batches.add(option, one.mailbox.Guid);
    }
    yield* batches.rest();
    failures.throwIfAny();
  },
};

export default onImportPermission(importing);
