import { cmdlets } from "../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import { mailboxById, mailboxLookup } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { quoted } from "../lib/graphemes.ts";
import { onUpdate } from "../lib/host/updateAction.ts";

/** Updates every mapped setting of the mailbox that differs, in one change. */
export default onUpdate({
  needs: { exchange: cmdlets(mailboxLookup, olderReferenceLookup, settingsChange) },
  configuration: ["CorrelateOnly", "Organization"],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll, log }) => {
    const settings = configuration.CorrelateOnly ? [] : settingsFrom(data.entries);
    const mailbox = await read(
      ofAccount(accountReference, (id) => mailboxById(id, [...fields, ...propertiesFor(settings)])),
    );
    const example = exampleAddress(data.get("EmailAddresses"), configuration.Organization);
    if (example !== undefined && !configuration.CorrelateOnly)
      log(
        "warning",
        `EmailAddresses is mapped with ${quoted(example)}, whose domain is the example in the shipped mapping: set ` +
          "`const domain` at the top of the mapping of EmailAddresses to your own domain.",
      );
    return await applySettings(mailbox, settings, { read, changeAll });
  },
});

/** An address at the domain of the shipped mapping, in a tenant that is not the one of the example. */
function exampleAddress(mapped: unknown, organization: string): string | undefined {
  if (/^contoso\.(onmicrosoft\.)?com$/i.test(organization)) return undefined;
  return [mapped ?? []]
    .flat()
    .map(String)
    .find((address) => /@contoso\.com\s*$/i.test(address));
}
