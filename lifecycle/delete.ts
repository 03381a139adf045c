import { cmdlets } from "../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import {
  autoReplyFrom,
  autoReplyOf,
  defaultReply,
  forwardingProperties,
  isNeverSent,
  isOfReply,
  isOnForGood,
  noReply,
  partedFields,
  readingAutoReply,
  replyChange,
  autoReplyLookup,
  autoReplyChange,
} from "../lib/exchange/autoReply.ts";
import { applyToFormer, formerVisibility } from "../lib/exchange/formerMailbox.ts";
import { nameOf } from "../lib/exchange/naming.ts";
import { mailboxLookup, mailboxOrFormerById, type Mailbox } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
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
    const differing = wanted && present && replyChange(mailbox, present, wanted);
    const isKept =
      configuration.ExistingAutoReply === "keep" &&
      differing !== undefined &&
      wanted?.AutoReplyState !== "Disabled" &&
      isOnForGood(present ?? {});
    const reply = isKept ? undefined : differing;
    const { before, after, subject } = await applySettings(mailbox, settings, {
      read,
      changeAll,
      ...(reply && { first: reply.change }),
    });
    const isInVain =
      wanted && wanted.AutoReplyState !== "Disabled" && isNeverSent({ ...mailbox, ...after });
    return {
      before: { ...present, ...before },
      after: { ...(reply?.after ?? present), ...after },
      subject,
      audit: [
        ...(isKept ? [{ Message: keptReply(mailbox) }] : []),
        ...(isInVain
          ? [
              {
                Message:
                  `Mailbox ${nameOf(mailbox)} forwards its mail without keeping a copy, ` +
                  "so no one will get the automatic reply.",
              },
            ]
          : []),
      ],
    };
  },
});

function keptReply(mailbox: Mailbox): string {
  return (
    `The automatic reply of mailbox ${nameOf(mailbox)} is on already and was not changed: ` +
    '"Automatic reply that is on" (ExistingAutoReply) is set to keep it.'
  );
}
