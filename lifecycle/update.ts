import { cmdlets } from "../lib/exchange/target.ts";
import { ofAccount, olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import { mailboxById, mailboxLookup } from "../lib/exchange/mailbox.ts";
import {
  applySettings,
  propertiesFor,
  settingsChange,
  type Difference,
} from "../lib/exchange/mailboxChange.ts";
import { nameOf } from "../lib/exchange/naming.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { together } from "../lib/exchange/together.ts";
import {
  userAttributesAmong,
  userChange,
  userDifference,
  userOf,
  userSettingsFrom,
  withoutUserAttributes,
} from "../lib/exchange/userAttributes.ts";
import { Fault } from "../lib/fault.ts";
import { quoted } from "../lib/graphemes.ts";
import { onUpdate } from "../lib/host/updateAction.ts";

/**
 * Updates every mapped setting of the mailbox that differs, in one change, and every mapped attribute of its user, in
 * another one.
 */
export default onUpdate({
  needs: { exchange: cmdlets(mailboxLookup, olderReferenceLookup, settingsChange, userChange) },
  configuration: ["CorrelateOnly", "Organization"],
  handle: async ({ accountReference, data, fields, configuration, read, changeAll, log }) => {
    const mapped = withoutUserAttributes(configuration.CorrelateOnly ? [] : data.entries);
    const [settings, ofUser] = Fault.together(
      () => settingsFrom(mapped.others),
      () => userSettingsFrom(mapped.ofUser),
    );
    const attributes = userAttributesAmong([...fields, ...ofUser.map(({ name }) => name)]);
    const [mailbox, user] = await read(
      ofAccount(accountReference, (id) =>
        together(
          mailboxById(id, [...fields, ...propertiesFor([...settings, ...ofUser])]),
          userOf(id, attributes),
        ),
      ),
    );
    const example = exampleAddress(data.get("EmailAddresses"), configuration.Organization);
    if (example !== undefined && !configuration.CorrelateOnly)
      log(
        "warning",
        `EmailAddresses is mapped with ${quoted(example)}, whose domain is the example in the shipped mapping: set ` +
          "`const domain` at the top of the mapping of EmailAddresses to your own domain.",
      );
    const needed =
      ofUser.length === 0 ? unchanged : await read(userDifference(mailbox, user, ofUser));
    const first = needed.change && { first: needed.change };
    const changed = await applySettings(mailbox, settings, { read, changeAll, ...first }).catch(
      Fault.of,
    );
    if (changed instanceof Fault && !needed.refused) throw changed;
    const faults = [changed, needed.refused].filter((one) => one instanceof Fault);
    const { before, after } = changed instanceof Fault ? { before: {}, after: {} } : changed;
    return {
      before: { ...user, ...before },
      after: { ...user, ...needed.after, ...after },
      subject: `mailbox ${nameOf(mailbox)}`,
      faults,
    };
  },
});

const unchanged: Difference = {
  change: undefined,
  after: {},
  refused: undefined,
};

/** An address at the domain of the shipped mapping, in a tenant that is not the one of the example. */
function exampleAddress(mapped: unknown, organization: string): string | undefined {
  if (/^contoso\.(onmicrosoft\.)?com$/i.test(organization)) return undefined;
  return [mapped ?? []]
    .flat()
    .map(String)
    .find((address) => /@contoso\.com\s*$/i.test(address));
}
