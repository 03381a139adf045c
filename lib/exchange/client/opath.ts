import { Fault } from "../../fault.ts";
import { textOf, type Row } from "./encoding.ts";
import { folded } from "../../caseFolding.ts";

/**
 * An OPath condition `Property -eq 'value'` for a `-Filter`. Quotes are doubled, so that a value can never become
 * part of the condition. A blank value is refused: the service answers it with "Invalid filter clause" or, worse,
 * with something else. `property` must be a known property name: it stands in the filter as it is.
 */
export function equals(property: string, value: string): string {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(property))
    throw Fault.invalid(
      `A filter needs a property name; it was given a text of ${property.length} characters.`,
    );
  if (value.trim() === "")
    throw Fault.invalid(`A filter on ${property} needs a value; it is blank.`);
  return `${property} -eq '${value.replaceAll("'", "''")}'`;
}

/** Several conditions, all of which must hold. */
export function allOf(...conditions: string[]): string {
  return conditions.length === 1
    ? conditions.join("")
    : conditions.map((condition) => `(${condition})`).join(" -and ");
}

/** Several conditions, one of which must hold. */
export function anyOf(...conditions: string[]): string {
  return conditions.map((condition) => `(${condition})`).join(" -or ");
}

/**
 * Whether a row that a filter found carries the value: a directory compares more loosely than people do (`Jose` finds
 * `José`, an address finds the holder of an alias), so a filter is no proof. `what` names the row for the fault that
 * is thrown when the property did not come back.
 */
export function matchesExactly(row: Row, property: string, value: string, what: string): boolean {
  const found = row[property];
  if (found === undefined)
    throw new Fault({
      kind: "unexpected",
      message:
        `Exchange Online did not return ${property} of ${what}, so it cannot be told whether it is the ` +
        "one that was asked for.",
    });
  const wanted = folded(value);
  // An address in a list carries a prefix (SMTP:, smtp:) that the value of the look-up may lack; other kinds of
  // address do not count.
  return Array.isArray(found)
    ? found
        .map(textOf)
        .some((one) => folded(one) === wanted || folded(one.replace(/^smtp:/i, "")) === wanted)
    : folded(textOf(found)) === wanted;
}
