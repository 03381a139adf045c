import { calendarsOf } from "../../lib/exchange/allMailboxes.ts";
import { onImportPermission } from "../../lib/host/permissionActions.ts";
import { Collected } from "../../lib/entitlements/holderBatches.ts";
import { folderOptions, matchable } from "../../lib/entitlements/folderPermission.ts";
import { Unread } from "../../lib/entitlements/importFailures.ts";

/** Gives the mailboxes whose calendar has a listed right. */
export default onImportPermission(async function* ({ configuration, read, stream, talk }) {
  const options = await matchable(folderOptions(), { read, talk });
  const collected = new Collected(options);
  const unread = new Unread("calendar", "calendars");
  for await (const one of stream(calendarsOf(configuration.RecipientTypeDetails ?? []))) {
    if ("fault" in one) unread.add(one.mailbox, one.fault);
    else
      for (const { option, isIn } of options)
        if (isIn(one.found)) yield* collected.add(option, one.mailbox.Guid);
  }
  yield* collected.rest();
  unread.throwIfAny();
});
