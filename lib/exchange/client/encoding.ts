import { Fault } from "../../fault.ts";

/** The value of a cmdlet parameter. An object is a hashtable, such as `{ add: [...], remove: [...] }`. */
export type ParameterValue =
  string | number | boolean | null | Date | readonly string[] | Hashtable | readonly Hashtable[];
export interface Hashtable {
  readonly [key: string]: ParameterValue;
}
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A cmdlet's output object, without the annotations of the protocol. */
export type Row = Readonly<Record<string, unknown>>;

const hashtableType = "#Exchange.GenericHashTable";

/** Parameters that select objects. When one is blank, many Get- cmdlets return every object. */
const choosing = /^(Identity|User|Trustee|Member|Owner|Mailbox|Anr|Filter)$/i;

/** The body of an InvokeCommand request. Throws an `invalid` fault for a blank name or a blank filter. */
export function bodyOf(cmdlet: string, parameters: Parameters): string {
  for (const [name, value] of Object.entries<ParameterValue | undefined>(parameters)) {
    if (
      choosing.test(name) &&
      (value === undefined || value === null || (typeof value === "string" && value.trim() === ""))
    ) {
      throw Fault.invalid(
        `${cmdlet} was about to be called with a blank ${name}, which could mean every object; it was not called.`,
      );
    }
  }
  return JSON.stringify({
    CmdletInput: { CmdletName: cmdlet, Parameters: encodedMembers(parameters) },
  });
}

/**
 * A hashtable contains its type, and an array of them has it in a sibling key; otherwise the service sees a generic
 * object and cannot bind it. Dates are sent as UTC in sortable form without a zone. (Both: as Microsoft's own module
 * does.)
 */
function encodedMembers(members: Parameters | Hashtable): Record<string, unknown> {
  const wire: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    wire[name] = encoded(value);
    if (Array.isArray(value) && value.some(isHashtable))
      wire[`${name}@odata.type`] = "#Collection(Exchange.GenericHashTable)";
  }
  return wire;
}

function encoded(value: ParameterValue): unknown {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw Fault.invalid("A parameter has an invalid date.");
    return value.toISOString().slice(0, 19);
  }
  if (Array.isArray(value)) return value.map((item: string | Hashtable) => encoded(item));
  if (isHashtable(value)) return { "@odata.type": hashtableType, ...encodedMembers(value) };
  return value;
}

/** Whether a parameter is a hashtable. */
export function isHashtable(value: unknown): value is Hashtable {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** A text of a row; empty when it is missing or not a string. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Annotations (`Foo@data.type`, `@odata.type`) belong to the protocol, not to the object. */
export function rowOf(raw: Readonly<Record<string, unknown>>): Row {
  // Copied name by name: imports read rows by the hundred thousand, and entries take three times as long.
  const row: Record<string, unknown> = {};
  for (const name of Object.keys(raw))
    if (!name.includes("@") && name !== "__proto__") row[name] = raw[name];
  return row;
}
