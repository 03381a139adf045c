import { cmdlets } from "../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import { applyToFormer, formerVisibility } from "../lib/exchange/formerMailbox.ts";
import { mailboxLookup, mailboxOrFormerById } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { onDisable } from "../lib/host/disableAction.ts";

/** Hides the mailbox from the address lists, unless mapped otherwise, and sets any other mapped settings. */
export default onDisable({
  needs: {
    exchange: cmdlets(mailboxLookup, olderReferenceLookup, settingsChange, formerVisibility),
  },
  configuration: ["CorrelateOnly"],
  handle: async ({ accountReference, data, fields, configuration, read, change, changeAll }) => {
    const settings = configuration.CorrelateOnly
      ? []
      : settingsFrom(data.withDefault("HiddenFromAddressListsEnabled", "true").entries);
    const found = await read(
      ofAccount(accountReference, (id) =>
        mailboxOrFormerById(id, [...fields, ...propertiesFor(settings)]),
      ),
    );
    if ("former" in found) return await applyToFormer(found.former, settings, { change });
    return await applySettings(found.mailbox, settings, { read, changeAll });
  },
});
