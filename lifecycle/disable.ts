import { cmdlets } from "../lib/exchange/target.ts";
import { mailboxById, mailboxLookup } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { onDisable } from "../lib/host/accountActions.ts";

/** Hides the mailbox from the address lists, unless mapped otherwise, and sets any other mapped settings. */
export default onDisable({
  needs: { exchange: cmdlets(mailboxLookup, settingsChange) },
  configuration: ["CorrelateOnly"],
  handle: async ({ accountReference, data, fields, configuration, read, change }) => {
    const settings = configuration.CorrelateOnly
      ? []
      : settingsFrom(data.withDefault("HiddenFromAddressListsEnabled", "true").entries);
    const mailbox = await read(
      mailboxById(accountReference, [...fields, ...propertiesFor(settings)]),
    );
    return await applySettings(mailbox, settings, { read, change });
  },
});
