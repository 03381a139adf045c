import { nameOf, type Mailbox } from "../exchange/mailbox.ts";
import { Fault } from "../fault.ts";

/** The one that belongs to a value; none when there is none. Throws an `ambiguous` fault that names them all. */
export function onlyOne<T extends Pick<Mailbox, "DisplayName" | "PrimarySmtpAddress" | "Guid">>(found: readonly T[], property: string, value: string): T[] {
  if (found.length > 1) throw new Fault({ kind: "ambiguous", message: `Expected one whose ${property} is "${value}", and found ${found.map(nameOf).join(", ")}.` });
  return [...found];
}
