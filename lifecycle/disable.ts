import { cmdlets } from "../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import { applyToFormer, formerVisibility } from "../lib/exchange/formerMailbox.ts";
import { mailboxLookup, mailboxOrFormerById } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { onDisable } from "../lib/host/disableAction.ts";
import { leavingOn } from "../lib/leaver/leave.ts";

/**
 * Hides the mailbox from the address lists, unless mapped otherwise, sets any other mapped settings, and carries out
 * the leaver's policy for this event. `policies`: those of lifecycle/leaver.json, unless a test has its own.
 */
export function disabling(policies?: unknown) {
  const leaving = leavingOn("disable", policies);
  return onDisable({
    needs: {
      exchange: cmdlets(
        mailboxLookup,
        olderReferenceLookup,
        settingsChange,
        formerVisibility,
        leaving.cmdlets,
      ),
    },
    configuration: ["CorrelateOnly", "ExistingAutoReply"],
    handle: async ({
      accountReference,
      data,
      fields,
      configuration,
      managerReference,
      ...gate
    }) => {
      const { CorrelateOnly, ExistingAutoReply } = configuration;
      const settings = CorrelateOnly
        ? []
        : settingsFrom(data.withDefault("HiddenFromAddressListsEnabled", "true").entries);
      const ofPolicy = CorrelateOnly ? [] : leaving.properties();
      const found = await gate.read(
        ofAccount(accountReference, (id) =>
          mailboxOrFormerById(id, [...fields, ...propertiesFor(settings), ...ofPolicy]),
        ),
      );
      if ("former" in found) {
        const changed = await applyToFormer(found.former, settings, gate);
        return CorrelateOnly ? changed : leaving.leaveFormer(found.former, changed);
      }
      const { mailbox } = found;
      const changed = applySettings(mailbox, settings, gate);
      if (CorrelateOnly) return await changed;
      const keepsExistingReply = ExistingAutoReply === "keep";
      return await leaving.leave({ mailbox, managerReference, keepsExistingReply }, changed, gate);
    },
  });
}

export default disabling();
