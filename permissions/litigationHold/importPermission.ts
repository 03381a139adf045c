import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import {
  holdDurationFrom,
  holdOf,
  holdProperties,
  type HoldDuration,
} from "../../lib/exchange/litigationHold.ts";
import { mailboxesOf, filteredMailboxList } from "../../lib/exchange/mailboxList.ts";
import { nameOf } from "../../lib/exchange/naming.ts";
import { Fault } from "../../lib/fault.ts";
import type { ImportDeclaration, Holders } from "../../lib/host/permissionActions.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { HolderBatches } from "../../lib/entitlements/holderBatches.ts";
import { listedOptions, holdPermission } from "../../lib/entitlements/litigationHold.ts";
import { ImportFailures } from "../../lib/entitlements/importFailures.ts";

/** Imports the mailboxes that are on hold for one of the listed durations. */
export const importing: ImportDeclaration<ExchangeTarget, "RecipientTypeDetails", Holders> = {
  needs: { exchange: cmdlets(filteredMailboxList) },
  configuration: ["RecipientTypeDetails"],
  handle: async function* ({ configuration, stream, log }) {
    const options = listedOptions();
    const optionOf = new Map(options.map((option) => [holdDurationFrom(option.Duration), option]));
    const batches = new HolderBatches(
      options.map((option) => ({
        option,
        permission: holdPermission(option),
        description: option.DisplayName,
      })),
    );
    const failures = new ImportFailures("mailbox", "mailboxes");
    let others = 0;
    for await (const mailbox of stream(
      mailboxesOf(configuration.RecipientTypeDetails ?? [], holdProperties, {
        property: "LitigationHoldEnabled",
        value: true,
      }),
    )) {
      let hold: HoldDuration | undefined;
      try {
        hold = holdOf(mailbox);
      } catch (thrown) {
        failures.add(nameOf(mailbox), Fault.of(thrown));
        continue;
      }
      const option = hold === undefined ? undefined : optionOf.get(hold);
      if (option) yield* batches.add(option, mailbox.Guid);
      else if (hold !== undefined) others++;
    }
    yield* batches.rest();
    if (others > 0)
      log(
        "information",
        `Not imported: ${others} ${others === 1 ? "mailbox" : "mailboxes"} on hold for a duration that is not listed.`,
      );
    failures.throwIfAny();
  },
};

export default onImportPermission(importing);
