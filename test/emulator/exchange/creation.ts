/**
 * What New-DistributionGroup and New-Mailbox share: the names and addresses of a new object, and
 * its creation.
 */
import type { Call } from "./cmdlet.ts";
import { checkedAlias, checkedName, refuseTaken } from "./naming.ts";
import { replaced } from "./addresses.ts";
import { textOf, type BoundParameters } from "./parameters.ts";
import type { DirectoryObject } from "../state.ts";
import type { Store } from "../store.ts";
import { moment } from "./units.ts";

/**
 * Documented: without an alias it is the name without spaces, and with a question mark for each
 * character that an alias cannot contain.
 */
const aliasFrom = (name: string): string =>
  name.replace(/\s/g, "").replace(/[^\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~.]/gu, "?");

/** Name, alias, display name and addresses, all of them free at this moment. */
export function namesFor(
  { Name: name, DisplayName: display, Alias: alias, PrimarySmtpAddress: primary }: BoundParameters,
  store: Store,
): DirectoryObject {
  // The new object does not exist yet, so every holder of a name is another object.
  const coming: DirectoryObject = {};
  const Name = checkedName("Name", name ?? null, coming, store);
  const Alias = checkedAlias(alias ?? aliasFrom(Name), coming, store);
  // The state does not say which accepted domain is the default one: the initial one (assumed).
  const own = `${Alias}@${store.state.tenant.initialDomain}`;
  const given = textOf(primary);
  const EmailAddresses = replaced(
    given === "" || given.toLowerCase() === own.toLowerCase()
      ? [`SMTP:${given === "" ? own : given}`]
      : [`SMTP:${given}`, `smtp:${own}`],
  );
  for (const address of EmailAddresses) refuseTaken(address, coming, store);
  return {
    Name,
    DisplayName: display === undefined || textOf(display).trim() === "" ? Name : textOf(display),
    Alias,
    EmailAddresses,
  };
}

/** Adds it to the directory, visible to readers at once or later. */
export function created(values: DirectoryObject, { store, now }: Call): DirectoryObject {
  const WhenCreated = moment(now).replace("Z", "+00:00");
  return store.add({ ...values, WhenCreated }, now, store.state.behaviour.createLagMs);
}
