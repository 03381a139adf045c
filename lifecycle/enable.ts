import { cmdlets } from "../lib/exchange/target.ts";
import {
  autoReplyOf,
  defaultReply,
  isOfReply,
  isOn,
  isThisReply,
  leaversReplyFrom,
  partedFields,
  replyChange,
  autoReplyLookup,
  autoReplyOff,
} from "../lib/exchange/autoReply.ts";
import { mailboxById, mailboxLookup } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { Fault } from "../lib/fault.ts";
import { onEnable } from "../lib/host/accountActions.ts";
import { nameOf } from "../lib/exchange/naming.ts";

/**
 * Shows the mailbox in the address lists, or sets what is mapped for Enable. When the configuration asks for it, the
 * automatic reply that delete set is switched off again: only while it still has the texts that the mapping gives (or
 * the default ones).
 */
export default onEnable({
  needs: { exchange: cmdlets(mailboxLookup, settingsChange, autoReplyLookup, autoReplyOff) },
  configuration: ["AutoReplyMessageFormat", "ClearAutoReplyOnEnable", "CorrelateOnly"],
  handle: async ({ accountReference, data, fields, configuration, read, change, log }) => {
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

    const mailbox = await read(
      mailboxById(accountReference, [...fields, ...propertiesFor(settings)]),
    );
    // A mapped reply is told as the mailbox has it, whether it is cleared or not.
    const present = clears || fields.some(isOfReply) ? await read(autoReplyOf(mailbox)) : undefined;
    const isLeavers = present && leavers.some((reply) => reply && isThisReply(present, reply));
    const reply = isLeavers
      ? replyChange(mailbox, present, { ...defaultReply, AutoReplyState: "Disabled" })
      : undefined;
    if (clears && present && isOn(present) && !isLeavers)
      log(
        "warning",
        `An automatic reply of mailbox ${nameOf(mailbox)} is on and was left alone: its texts are neither ` +
          "those mapped for Enable nor the default ones.",
      );
    // The reply first: a mailbox that Active Directory masters takes it, whatever becomes of the rest.
    if (reply) await change(reply.change);
    const { before, after } = await applySettings(mailbox, settings, { read, change });
    return { before: { ...present, ...before }, after: { ...(reply?.after ?? present), ...after } };
  },
});
