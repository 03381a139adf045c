import { cmdlets, type ExchangeGate } from "../lib/exchange/target.ts";
import { Fault } from "../lib/fault.ts";
import { onCreate } from "../lib/host/createAction.ts";
import { mailboxesWhere, type Mailbox, mailboxSearch } from "../lib/exchange/mailbox.ts";
import { applySettings, propertiesFor, visibilityChange } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { mayGetMailbox, usersWhere, userSearch } from "../lib/exchange/user.ts";
import { maxNamed, nameOf } from "../lib/exchange/naming.ts";

/**
 * The only setting that create changes: other settings are for the update that the platform runs after a correlation.
 */
const visibility = "HiddenFromAddressListsEnabled";

/** Correlates the person with exactly one existing mailbox, and sets the mapped visibility in the address lists. */
export default onCreate({
  needs: { exchange: cmdlets(mailboxSearch, userSearch, visibilityChange) },
  configuration: ["CorrelateOnly", "RecipientTypeDetails"],
  handle: async ({
    correlation: { field, value },
    known,
    data,
    fields,
    configuration,
    read,
    changeAll,
    log,
  }) => {
    const [visible, others] = [
      data.entries.filter(isVisibility),
      data.entries.filter(
        (entry) => !isVisibility(entry) && entry[0].toLowerCase() !== field.toLowerCase(),
      ),
    ];
    const settings = configuration.CorrelateOnly ? [] : settingsFrom(visible);
    if (others.length > 0)
      log(
        "warning",
        `Create only sets ${visibility}; map ${others.map(([name]) => name).join(", ")} for Update, ` +
          "which the platform runs after a correlation.",
      );

    const found = await read(mailboxesWhere(field, value, [...fields, ...propertiesFor(settings)]));
    const [mailbox] = found;
    if (!mailbox) throw await noMailbox(field, value, known("UserPrincipalName"), read);
    if (found.length > 1) throw several(field, value, found);
    refuseOtherTypes(mailbox, field, value, configuration.RecipientTypeDetails ?? []);
    return {
      accountReference: mailbox.Guid,
      sentence: `Correlated with mailbox ${nameOf(mailbox)}: its ${field} is "${value}".`,
      account: (await applySettings(mailbox, settings, { read, changeAll })).after,
    };
  },
});

function isVisibility([name]: readonly [string, unknown]): boolean {
  return name.toLowerCase() === visibility.toLowerCase();
}

/** If the user exists but the mailbox does not, the event can be retried later; without a user it cannot. */
async function noMailbox(
  field: string,
  value: string,
  signInName: unknown,
  read: ExchangeGate["read"],
): Promise<Fault> {
  const byField = await read(usersWhere(field, value));
  const users =
    byField.length > 0 || typeof signInName !== "string" || signInName.trim() === ""
      ? byField
      : await read(usersWhere("UserPrincipalName", signInName));
  const user = users.find(mayGetMailbox);
  if (!user)
    return new Fault({ kind: "missing", message: `No mailbox has "${value}" as ${field}.` });
  const when =
    user.RecipientTypeDetails === "User"
      ? "It can take from minutes to a day after a licence is assigned."
      : `It is a ${user.RecipientTypeDetails}: its mail is delivered elsewhere until a mailbox ` +
        `is created or migrated here.`;
  return new Fault({
    kind: "notReady",
    message:
      `User "${user.DisplayName}" <${user.UserPrincipalName}> exists, but has no mailbox in Exchange ` +
      `Online yet. ${when}`,
  });
}

function several(field: string, value: string, found: Mailbox[]): Fault {
  const names = found
    .slice(0, maxNamed)
    .map((mailbox) => `${nameOf(mailbox)} of type ${mailbox.RecipientTypeDetails}`);
  return new Fault({
    kind: "ambiguous",
    message:
      `${found.length > maxNamed ? `More than ${maxNamed}` : found.length} mailboxes have "${value}" as ` +
      `${field}, expected one: ${names.join(", ")}.`,
  });
}

function refuseOtherTypes(
  mailbox: Mailbox,
  field: string,
  value: string,
  allowed: readonly string[],
): void {
  if (allowed.includes(mailbox.RecipientTypeDetails)) return;
  throw Fault.invalid(
    `Mailbox ${nameOf(mailbox)} has "${value}" as ${field}, but is a ${mailbox.RecipientTypeDetails}; ` +
      `for a person the configuration (Mailbox types) allows ${allowed.join(", ")}.`,
  );
}
