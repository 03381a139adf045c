/** What New-DistributionGroup and New-Mailbox share: the names and addresses of an object that is to be, and its coming into being. */
import type { Call } from "./cmdlet.ts";
import { checkedAlias, checkedName, refuseTaken } from "./naming.ts";
import { replaced } from "./addresses.ts";
import { textOf, type BoundParameters } from "./parameters.ts";
import type { DirectoryObject } from "../state.ts";
import type { Store } from "../store.ts";
import { moment } from "./units.ts";

/** Documented: without an alias it is the name, spaces left out, and a question mark for what an alias can't hold. */
const aliasFrom = (name: string): string =>
  name.replace(/\s/g, "").replace(/[^\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~.]/gu, "?");

/** Name, alias, display name and addresses, all of them free at this moment. */
export function namesFor(
  { Name: name, DisplayName: display, Alias: alias, PrimarySmtpAddress: primary }: BoundParameters,
  store: Store,
): DirectoryObject {
  // Nobody's yet, so that every holder of a name is somebody else.
  const coming: DirectoryObject = {};
  const Name = checkedName("Name", name ?? null, coming, store);
  const Alias = checkedAlias(alias ?? aliasFrom(Name), coming, store);
  // Which of the accepted domains is the default one is not in the state: the initial one (assumed).
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

/** Adds it to the directory, for others to see at once or in a while. */
export function created(values: DirectoryObject, { store, now }: Call): DirectoryObject {
  const { createLagMs: lag } = store.state.behaviour;
  return store.add(
    { ...values, WhenCreated: moment(now).replace("Z", "+00:00") },
    lag > 0 ? now + lag : undefined,
  );
}
