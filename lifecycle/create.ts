import { Fault } from "../lib/fault.ts";
import { onCreate, type CreateInput } from "../lib/host/action.ts";
import { mailboxesWhere, mostNamed, nameOf, type Mailbox } from "../lib/exchange/mailbox.ts";
import { bring, propertiesFor } from "../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../lib/exchange/settings.ts";
import { mayGetMailbox, usersWhere } from "../lib/exchange/user.ts";

/** The only setting that create brings about: everything else is for the update that the platform runs after a correlation. */
const visibility = "hiddenfromaddresslistsenabled";

/** Correlates the person with exactly one existing mailbox, and brings its visibility in the address lists to what is mapped. */
export default onCreate(async ({ correlation: { field, value }, data, fields, configuration, read, change }) => {
  const settings = configuration.CorrelateOnly ? [] : settingsFrom(data.entries.filter(([name]) => name.toLowerCase() === visibility));
  const found = await read(mailboxesWhere(field, value, [...fields, ...propertiesFor(settings)]));
  const [mailbox] = found;
  if (!mailbox) throw await noMailbox(field, value, data, read);
  if (found.length > 1) throw several(field, value, found);
  refuseOtherTypes(mailbox, field, value, configuration.RecipientTypeDetails ?? []);

  return { accountReference: mailbox.Guid, sentence: `Correlated with mailbox ${nameOf(mailbox)}: its ${field} is "${value}".`, account: await bring(mailbox, settings, { read, change }) };
});

/** A person whose user exists but whose mailbox does not yet is worth another try later; a person nobody knows is not. */
async function noMailbox(field: string, value: string, data: CreateInput["data"], read: CreateInput["read"]): Promise<Fault> {
  const byField = await read(usersWhere(field, value));
  const name = data.get("UserPrincipalName");
  const users = byField.length > 0 || typeof name !== "string" || name.trim() === "" ? byField : await read(usersWhere("UserPrincipalName", name));
  const user = users.find(mayGetMailbox);
  if (user) return new Fault({ kind: "notReady", message: `User "${user.DisplayName}" <${user.UserPrincipalName}> exists, but has no mailbox in Exchange Online yet (it is a ${user.RecipientTypeDetails}). It can take minutes to a day after a licence is assigned.` });
  return new Fault({ kind: "missing", message: `No mailbox has "${value}" as ${field}.` });
}

function several(field: string, value: string, found: Mailbox[]): Fault {
  const names = found.slice(0, mostNamed).map(nameOf);
  return new Fault({ kind: "ambiguous", message: `${found.length > mostNamed ? `More than ${mostNamed}` : found.length} mailboxes have "${value}" as ${field}, expected one: ${names.join(", ")}.` });
}

function refuseOtherTypes(mailbox: Mailbox, field: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(mailbox.RecipientTypeDetails)) return;
  throw new Fault({ kind: "invalid", message: `Mailbox ${nameOf(mailbox)} has "${value}" as ${field}, but is a ${mailbox.RecipientTypeDetails}; for a person the configuration (Mailbox types) allows ${allowed.join(", ")}.` });
}
