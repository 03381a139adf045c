import { nameOf, type Mailbox } from "../exchange/mailbox.ts";
import { Fault } from "../fault.ts";

/** The one that was looked for; none when there is none. Throws an `ambiguous` fault that names them all. */
export function onlyOne<T extends Pick<Mailbox, "DisplayName" | "PrimarySmtpAddress" | "Guid">>(
  found: readonly T[],
  sought: string,
): T[] {
  if (found.length > 1)
    throw new Fault({
      kind: "ambiguous",
      message: `There is more than one ${sought}; expected one: ${found.map(nameOf).join(", ")}.`,
    });
  return [...found];
}
