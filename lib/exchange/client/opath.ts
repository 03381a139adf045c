import { Fault } from "../../fault.ts";
import { quoted } from "../../graphemes.ts";
import { textOf, type Row } from "./encoding.ts";
import { folded } from "../../caseFolding.ts";

/**
 * An OPath condition `Property -eq 'value'` for a `-Filter`. Quotes are doubled, so that a value can never become
 * part of the condition. A blank value is refused: the service answers it with "Invalid filter clause" or, worse,
 * with something else. `property` must be a known property name: it is not escaped.
 */
export function equals(property: string, value: string): string {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(property))
    throw Fault.invalid(
      `A filter was about to be sent with the property name ${quoted(property)}; expected letters and digits.`,
    );
  if (value.trim() === "")
    throw Fault.invalid(
      `A filter on ${property} was about to be sent with a blank value; expected a value.`,
    );
  return `${property} -eq '${value.replaceAll("'", "''")}'`;
}

/** Several conditions, all of which must hold. */
export function allOf(...conditions: string[]): string {
  return conditions.length === 1
    ? conditions.join("")
    : conditions.map((condition) => `(${condition})`).join(" -and ");
}

/** The opposite of a condition. */
export function not(condition: string): string {
  return `-not (${condition})`;
}

/** Several conditions, one of which must hold. */
export function anyOf(...conditions: string[]): string {
  return conditions.map((condition) => `(${condition})`).join(" -or ");
}

/**
 * Whether a row that a filter found has the exact value: a directory compares more loosely than people do (`Jose`
 * finds `José`, an address finds the holder of an alias), so a filter proves nothing. `what` names the row in the
 * fault that is thrown when the property was not returned.
 */
export function matchesExactly(row: Row, property: string, value: string, what: string): boolean {
  const found = row[property];
  if (found === undefined)
    throw new Fault({
      kind: "unexpected",
      message:
        `Exchange Online did not return ${property} of ${what}, so it is unknown whether it is the ` +
        "requested one.",
    });
  const wanted = folded(value);
  // An address in a list has a prefix (SMTP:, smtp:) that the value of the look-up may lack; other kinds of
  // address do not count.
  return Array.isArray(found)
    ? found
        .map(textOf)
        .some((one) => folded(one) === wanted || folded(one.replace(/^smtp:/i, "")) === wanted)
    : folded(textOf(found)) === wanted;
}
