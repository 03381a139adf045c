import {
  holdDurationFrom,
  holdOf,
  holdProperties,
  type HoldDuration,
} from "../../lib/exchange/litigationHold.ts";
import { mailboxesOf } from "../../lib/exchange/mailbox.ts";
import { Fault } from "../../lib/fault.ts";
import { onImportPermission } from "../../lib/host/permissionActions.ts";
import { Collected } from "../../lib/entitlements/holderBatches.ts";
import { holdOptions, holdPermission } from "../../lib/entitlements/litigationHold.ts";
import { Unread } from "../../lib/entitlements/importFailures.ts";

/** Gives the mailboxes that are on hold for one of the listed durations. */
export default onImportPermission(async function* ({ configuration, stream, talk }) {
  const options = holdOptions();
  const optionOf = new Map(options.map((option) => [holdDurationFrom(option.Duration), option]));
  const collected = new Collected(
    options.map((option) => ({
      option,
      permission: holdPermission(option),
      description: option.DisplayName,
    })),
  );
  const unread = new Unread("mailbox", "mailboxes");
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
      unread.add(mailbox, Fault.of(thrown));
      continue;
    }
    const option = hold === undefined ? undefined : optionOf.get(hold);
    if (option) yield* collected.add(option, mailbox.Guid);
    else if (hold !== undefined) others++;
  }
  yield* collected.rest();
  if (others > 0)
    talk(
      "information",
      `Not imported: ${others} ${others === 1 ? "mailbox" : "mailboxes"} on hold for a duration that is not listed.`,
    );
  unread.throwIfAny();
});
