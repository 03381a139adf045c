import { Fault } from "../fault.ts";

/**
 * An OPath condition `Property -eq 'value'` for a `-Filter`. Quotes are doubled, so that a value can never become part of the
 * condition. A blank value is refused: the service answers it with "Invalid filter clause" or, worse, with something else.
 * `property` must be a known property name: it stands in the filter as it is.
 */
export function equals(property: string, value: string): string {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(property)) throw new Fault({ kind: "invalid", message: `A filter needs a property name; it was given a text of ${property.length} characters.` });
  if (value.trim() === "") throw new Fault({ kind: "invalid", message: `A filter on ${property} needs a value; it is blank.` });
  return `${property} -eq '${value.replaceAll("'", "''")}'`;
}
