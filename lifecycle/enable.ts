import { cmdlets } from "../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import {
  autoReplyOf,
  defaultReply,
  isOfReply,
  isOn,
  isThisReply,
  leaversReplyFrom,
  noReply,
  partedFields,
  readingAutoReply,
  replyChange,
  autoReplyLookup,
  autoReplyOff,
} from "../lib/exchange/autoReply.ts";
import { mailboxById, mailboxLookup, type Mailbox } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { early, together } from "../lib/exchange/together.ts";
import { Fault } from "../lib/fault.ts";
import { onEnable } from "../lib/host/enableAction.ts";
import { comingBack, type Returned } from "../lib/leaver/comeBack.ts";
import { nameOf } from "../lib/exchange/naming.ts";

/**
 * Shows the mailbox in the address lists, unless mapped otherwise, and sets any other mapped settings. If configured,
 * turns off the automatic reply that delete set: only if it still has the mapped texts or the default texts. Undoes
 * what a leaver's policy has left on record. `policies`: those of lifecycle/leaver.json, unless a test has its own.
 */
export function enabling(policies?: unknown) {
  const returning = comingBack(policies);
  return onEnable({
    needs: {
      exchange: cmdlets(
        mailboxLookup,
        olderReferenceLookup,
        settingsChange,
        autoReplyLookup,
        autoReplyOff,
        returning.cmdlets,
      ),
    },
    configuration: ["AutoReplyMessageFormat", "ClearAutoReplyOnEnable", "CorrelateOnly"],
    handle: async ({ accountReference, data, fields, configuration, ...gate }) => {
      const { read, changeAll } = gate;
      const ofPolicy = configuration.CorrelateOnly ? [] : returning.properties();
      const { replyFields, otherFields } = partedFields(
        data.withDefault("HiddenFromAddressListsEnabled", "false").entries,
      );
      const clears =
        configuration.ClearAutoReplyOnEnable === true && configuration.CorrelateOnly !== true;
      const [settings, mapped] = Fault.together(
        () => (configuration.CorrelateOnly ? [] : settingsFrom(otherFields)),
        () =>
          clears
            ? leaversReplyFrom(replyFields, configuration.AutoReplyMessageFormat ?? "html")
            : undefined,
      );
      const leavers = clears ? [mapped, defaultReply] : [];

      // A mapped reply is reported as the mailbox has it, whether it is cleared or not.
      const needsReply = clears || fields.some(isOfReply);
      const [mailbox, reading] = await read(
        ofAccount(accountReference, (id) =>
          together(
            mailboxById(id, [...fields, ...propertiesFor(settings), ...ofPolicy]),
            early(needsReply ? readingAutoReply(id) : noReply),
          ),
        ),
      );
      const present = needsReply ? await read(autoReplyOf(mailbox, reading)) : undefined;
      const isLeavers = present && leavers.some((reply) => reply && isThisReply(present, reply));
      const reply = isLeavers
        ? replyChange(mailbox, present, { ...defaultReply, AutoReplyState: "Disabled" })
        : undefined;
      const undone =
        ofPolicy.length === 0 ? notUndone(mailbox) : await returning.comeBack(mailbox, gate);
      // The reply first: it also succeeds for a mailbox whose other settings Active Directory masters.
      const { before, after, subject } = await applySettings(undone.mailbox, settings, {
        read,
        changeAll,
        was: mailbox,
        ...(reply && { first: reply.change }),
      });
      return {
        before: { ...present, ...before },
        after: { ...(reply?.after ?? present), ...after },
        subject,
        faults: undone.faults,
        audit: [
          ...undone.audit,
          ...(clears && present && isOn(present) && !isLeavers
            ? [
                {
                  Message:
                    `The automatic reply of mailbox ${nameOf(mailbox)} is on and was not changed: its texts are ` +
                    "neither those mapped for Enable nor the default texts.",
                },
              ]
            : []),
        ],
      };
    },
  });
}

const notUndone = (mailbox: Mailbox): Returned => ({ audit: [], faults: [], mailbox });

export default enabling();
