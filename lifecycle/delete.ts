import { cmdlets } from "../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import {
  autoReplyFrom,
  autoReplyOf,
  defaultReply,
  forwardingProperties,
  isOfReply,
  noReply,
  partedFields,
  readingAutoReply,
  autoReplyLookup,
  autoReplyChange,
} from "../lib/exchange/autoReply.ts";
import { applyToFormer, formerVisibility } from "../lib/exchange/formerMailbox.ts";
import { applyWithReply } from "../lib/exchange/leaversReply.ts";
import { nameOf } from "../lib/exchange/naming.ts";
import { mailboxLookup, mailboxOrFormerById } from "../lib/exchange/mailbox.ts";
import { propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { early, together } from "../lib/exchange/together.ts";
import { Fault } from "../lib/fault.ts";
import { onDelete } from "../lib/host/deleteAction.ts";

/**
 * Sets the leaver's automatic reply and any other mapped settings; the mailbox stays. A reconciliation has no mapping
 * and sets the default reply.
 */
export default onDelete({
  needs: {
    exchange: cmdlets(
      mailboxLookup,
      olderReferenceLookup,
      settingsChange,
      autoReplyLookup,
      autoReplyChange,
      formerVisibility,
    ),
  },
  configuration: ["AutoReplyMessageFormat", "CorrelateOnly", "ExistingAutoReply"],
  handle: async ({
    accountReference,
    data,
    fields,
    isReconciliation,
    configuration,
    read,
    change,
    changeAll,
  }) => {
    const { replyFields, otherFields } = partedFields(
      configuration.CorrelateOnly ? [] : data.entries,
    );
    const [mapped, settings] = Fault.together(
      () => autoReplyFrom(replyFields, configuration.AutoReplyMessageFormat ?? "html"),
      () => settingsFrom(otherFields),
    );
    const wanted =
      mapped ?? (isReconciliation && !configuration.CorrelateOnly ? defaultReply : undefined);

    const needsReply = wanted !== undefined || fields.some(isOfReply);
    const [found, reading] = await read(
      ofAccount(accountReference, (id) =>
        together(
          mailboxOrFormerById(id, [
            ...fields,
            ...propertiesFor(settings),
            ...(wanted ? forwardingProperties : []),
          ]),
          early(needsReply ? readingAutoReply(id) : noReply),
        ),
      ),
    );
    if ("former" in found) {
      const changed = await applyToFormer(found.former, settings, { change });
      if (wanted)
        changed.audit.push({
          Message: `${nameOf(found.former)} has no mailbox, so no automatic reply was set.`,
        });
      return changed;
    }
    const { mailbox } = found;
    const present = needsReply ? await read(autoReplyOf(mailbox, reading)) : undefined;
    const keepsExisting = configuration.ExistingAutoReply === "keep";
    const replying = { wanted, present, keepsExisting };
    return await applyWithReply(mailbox, settings, replying, { read, changeAll });
  },
});
