import { Fault } from "../fault.ts";
import type { Mailbox } from "./mailbox.ts";

/** More than these are not named when a look-up is ambiguous. */
export const mostNamed = 8;

/** Which mailbox or group it is, for people to read: name, address, reference. */
export function nameOf({
  DisplayName,
  PrimarySmtpAddress,
  Guid,
}: Pick<Mailbox, "DisplayName" | "PrimarySmtpAddress" | "Guid">): string {
  return `"${DisplayName}" <${PrimarySmtpAddress}> (${Guid})`;
}

/** The first of these names, and how many more there are: a message that names thousands is read by nobody. */
export function namesOf(names: readonly string[], joint = ", "): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(joint)}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The one that was looked for; none when there is none. Throws an `ambiguous` fault that names them all. */
export function onlyOne<T extends Pick<Mailbox, "DisplayName" | "PrimarySmtpAddress" | "Guid">>(
  found: readonly T[],
  description: string,
): T[] {
  if (found.length > 1)
    throw new Fault({
      kind: "ambiguous",
      message: `There is more than one ${description}; expected one: ${found.map(nameOf).join(", ")}.`,
    });
  return [...found];
}
