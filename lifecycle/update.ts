import { cmdlets } from "../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import { mailboxById, mailboxLookup } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { onUpdate } from "../lib/host/accountActions.ts";

/** Updates every mapped setting of the mailbox that differs, in one change. */
export default onUpdate({
  needs: { exchange: cmdlets(mailboxLookup, olderReferenceLookup, settingsChange) },
  configuration: ["CorrelateOnly"],
  handle: async ({ accountReference, data, fields, configuration, read, change }) => {
    const settings = configuration.CorrelateOnly ? [] : settingsFrom(data.entries);
    const mailbox = await read(
      ofAccount(accountReference, (id) => mailboxById(id, [...fields, ...propertiesFor(settings)])),
    );
    return await applySettings(mailbox, settings, { read, change });
  },
});
