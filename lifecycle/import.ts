import { cmdlets } from "../lib/exchange/target.ts";
import { booleanProperty, unknownProperties } from "../lib/exchange/mailbox.ts";
import { mailboxesOf, mailboxList } from "../lib/exchange/mailboxList.ts";
import { onImport } from "../lib/host/importAction.ts";

const visibility = "HiddenFromAddressListsEnabled";

/**
 * Imports every mailbox that counts as a person's mailbox. An account is enabled if the mailbox is shown in the address
 * lists, and never when persons are only correlated.
 */
export default onImport({
  needs: { exchange: cmdlets(mailboxList) },
  configuration: ["CorrelateOnly", "RecipientTypeDetails"],
  handle: async function* ({ importFields, configuration, stream, log }) {
    const wanted = importFields.map((field) => field.split(".").at(-1) ?? field);
    const unknown = unknownProperties(wanted);
    if (unknown.length > 0)
      log(
        "warning",
        `Mailboxes have no property ${unknown.join(", ")}: they are imported without a value.`,
      );
    for await (const mailbox of stream(
      mailboxesOf(configuration.RecipientTypeDetails ?? [], [visibility, ...wanted]),
    )) {
      yield {
        accountReference: mailbox.Guid,
        displayName: mailbox.DisplayName,
        userName: mailbox.UserPrincipalName,
        enabled: configuration.CorrelateOnly !== true && !booleanProperty(mailbox, visibility),
        account: mailbox,
      };
    }
  },
});
