import { mostNamed } from "../exchange/mailbox.ts";

/** The first of these names, and how many more there are: a message that names thousands is read by nobody. */
export function namesOf(names: readonly string[], joint = ", "): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(joint)}${more > 0 ? ` and ${more} more` : ""}`;
}
