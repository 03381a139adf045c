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
import { leavingOn } from "../lib/leaver/leave.ts";

/**
 * Sets the leaver's automatic reply and any other mapped settings, and carries out the leaver's policy for this event;
 * the mailbox stays. A reconciliation has no mapping and sets the default reply. `policies`: those of
 * lifecycle/leaver.json, unless a test has its own.
 */
export function deleting(policies?: unknown) {
  const leaving = leavingOn("delete", policies);
  return onDelete({
    needs: {
      exchange: cmdlets(
        mailboxLookup,
        olderReferenceLookup,
        settingsChange,
        autoReplyLookup,
        autoReplyChange,
        formerVisibility,
        leaving.cmdlets,
      ),
    },
    configuration: ["AutoReplyMessageFormat", "CorrelateOnly", "ExistingAutoReply"],
    handle: async ({
      accountReference,
      data,
      fields,
      isReconciliation,
      configuration,
      managerReference,
      ...gate
    }) => {
      const { read } = gate;
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
      const ofPolicy = configuration.CorrelateOnly ? [] : leaving.properties();
      const [found, reading] = await read(
        ofAccount(accountReference, (id) =>
          together(
            mailboxOrFormerById(id, [
              ...fields,
              ...propertiesFor(settings),
              ...(wanted ? forwardingProperties : []),
              ...ofPolicy,
            ]),
            early(needsReply ? readingAutoReply(id) : noReply),
          ),
        ),
      );
      if ("former" in found) {
        const changed = await applyToFormer(found.former, settings, gate);
        if (wanted)
          changed.audit.push({
            Message: `${nameOf(found.former)} has no mailbox, so no automatic reply was set.`,
          });
        return configuration.CorrelateOnly ? changed : leaving.leaveFormer(found.former, changed);
      }
      const { mailbox } = found;
      const present = needsReply ? await read(autoReplyOf(mailbox, reading)) : undefined;
      const keepsExisting = configuration.ExistingAutoReply === "keep";
      // A policy that sets a reply counts, and not the mapping.
      const own = ofPolicy.length > 0 && leaving.setsReply(mailbox) ? undefined : wanted;
      const changed = applyWithReply(
        mailbox,
        settings,
        { wanted: own, present, keepsExisting },
        gate,
      );
      if (configuration.CorrelateOnly) return await changed;
      const leaver = { mailbox, managerReference, keepsExistingReply: keepsExisting };
      return await leaving.leave(leaver, changed, gate);
    },
  });
}

export default deleting();
