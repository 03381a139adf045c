import { Fault } from "../fault.ts";

/** The properties by which people recognise a mailbox or group. */
export interface Identified {
  DisplayName: string;
  PrimarySmtpAddress: string;
  Guid: string;
}

/** A message names at most this many objects. */
export const maxNamed = 8;

/** Which mailbox or group it is, for people to read: name, address, reference. */
export function nameOf({ DisplayName, PrimarySmtpAddress, Guid }: Identified): string {
  return `"${DisplayName}" <${PrimarySmtpAddress}> (${Guid})`;
}

/** The first of these names, and how many more there are: no one reads a message that names thousands. */
export function namesOf(names: readonly string[], joint = ", "): string {
  const more = names.length - maxNamed;
  return `${names.slice(0, maxNamed).join(joint)}${more > 0 ? ` and ${more} more` : ""}`;
}

/**
 * The one object in a list, or an empty list. Throws an `ambiguous` fault that names all of them when there are
 * several.
 */
export function onlyOne<T extends Identified>(found: readonly T[], description: string): T[] {
  if (found.length > 1)
    throw new Fault({
      kind: "ambiguous",
      message: `There is more than one ${description}; expected one: ${found.map(nameOf).join(", ")}.`,
    });
  return [...found];
}
