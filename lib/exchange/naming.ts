import { Fault } from "../fault.ts";

/** The properties by which people recognise a mailbox or group. */
export interface Identified {
  DisplayName: string;
  PrimarySmtpAddress: string;
  Guid: string;
}

/** The maximum number of objects that a message names. */
export const maxNamed = 8;

/** The name of a mailbox or group in messages: display name, address, GUID. */
export function nameOf({ DisplayName, PrimarySmtpAddress, Guid }: Identified): string {
  return `"${DisplayName}" <${PrimarySmtpAddress}> (${Guid})`;
}

/** The first of these names, and the number of others: no one reads a message with thousands of names. */
export function namesOf(names: readonly string[], separator = ", "): string {
  const more = names.length - maxNamed;
  return `${names.slice(0, maxNamed).join(separator)}${more > 0 ? ` and ${more} more` : ""}`;
}

/** A list of at most one object. Throws an `ambiguous` fault that names all objects when there are several. */
export function onlyOne<T extends Identified>(found: readonly T[], description: string): T[] {
  if (found.length > 1)
    throw new Fault({
      kind: "ambiguous",
      message: `There is more than one ${description}; expected one: ${found.map(nameOf).join(", ")}.`,
    });
  return [...found];
}
