import { Fault } from "../fault.ts";
import { lengthOf, listOf, mappedText, oneOf, wrong } from "../mappedValues.ts";
import { nearestName } from "../nearestName.ts";
import { isRecord } from "../record.ts";
import type { UserValue, UserValues } from "./userChange.ts";
import { readOnlyProperties, userProperties, type UserProperty } from "./userProperties.ts";

/** A mapped field. The name of a field in an object has a dot: `employeeOrgData.division`. */
export type Field = readonly [name: string, value: unknown];

const settable = byLowerCase(Object.keys(userProperties));
const readable = byLowerCase([...Object.keys(userProperties), ...readOnlyProperties]);

/**
 * The values for the mapped fields, typed by the table of properties: a mapping yields only texts, and lists of texts.
 * A field without a value clears the property, and is ignored when the property cannot be empty. Throws one `invalid`
 * fault that names every field that is not a property or has no usable value.
 */
export function userValuesFrom(fields: readonly Field[]): UserValues {
  const faults: string[] = [];
  const values: Record<string, UserValue> = {};
  for (const [field, mapped] of fields) {
    const [written = "", part] = field.split(/\.(.*)/s);
    const name = settable.get(written.toLowerCase());
    const property = userProperties[name ?? ""];
    if (name === undefined || !property) {
      faults.push(`${field} is mapped, but is not a property of a user to set${hintFor(written)}.`);
      continue;
    }
    try {
      if (property.type === "object")
        values[name] = { ...objectIn(values[name]), ...partOf(field, part, property, mapped) };
      else {
        if (part !== undefined) throw Fault.invalid(`${field} is mapped; expected ${name}.`);
        const value = valueOf(name, property, mapped);
        if (value !== undefined) values[name] = value;
      }
    } catch (thrown) {
      faults.push(Fault.of(thrown).message);
    }
  }
  if (faults.length > 0) throw Fault.invalid(faults.join(" "));
  return values;
}

/** The properties to read for these fields, in Microsoft's spelling. Fields that are no property are left out. */
export function propertiesAmong(fields: readonly string[]): string[] {
  const names = fields.map((field) => field.split(".")[0]?.toLowerCase() ?? "");
  return [...new Set(names.flatMap((name) => readable.get(name) ?? []))];
}

function valueOf(name: string, property: UserProperty, mapped: unknown): UserValue | undefined {
  const { type } = property;
  if (type === "list") return listValue(name, mapped);
  const text = mappedText(name, mapped);
  if (text === "") return property.isNeverEmpty ? undefined : null;
  if (type === "flag") return oneOf(name, text, ["true", "false"]) === "true";
  if (type === "time") return timeValue(name, text);
  if (type === "country" && !/^[A-Z]{2}$/i.test(text))
    throw wrong(name, text, "a country code of two letters such as NL");
  const { maxLength = Infinity } = property;
  if (lengthOf(text) > maxLength) throw wrong(name, text, `${maxLength} characters at most`);
  return text;
}

/** Graph keeps a list of business phones with one at most (documented). */
function listValue(name: string, mapped: unknown): string[] {
  const values = listOf(name, mapped);
  if (name === "businessPhones" && values.length > 1)
    throw wrong(name, values.join("; "), "one telephone number at most");
  return values;
}

type Parts = Readonly<Record<string, string | null>>;

/** The part of an object that a field sets. */
function partOf(
  field: string,
  part: string | undefined,
  { parts = [] }: UserProperty,
  mapped: unknown,
): Parts {
  const name = byLowerCase(parts).get((part ?? "").toLowerCase());
  if (name === undefined)
    throw Fault.invalid(
      `${field} is mapped; expected ${field.split(".")[0]}.${parts[0]} or another part.`,
    );
  return { [name]: mappedText(field, mapped) || null };
}

function objectIn(value: UserValue | undefined): Parts {
  return isRecord(value) ? value : {};
}

/** A date is midnight in UTC, as Graph shows it. */
function timeValue(name: string, text: string): string {
  const instant = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : undefined;
  if (instant === undefined || Number.isNaN(instant.getTime()))
    throw wrong(name, text, "a date such as 2026-03-31 or 2026-03-31T17:00:00Z");
  return instant.toISOString().replace(".000Z", "Z");
}

function hintFor(field: string): string {
  if (readable.has(field.toLowerCase())) return "; it can only be read (mapping mode None)";
  const nearest = nearestName(field, [...settable.values()]);
  return nearest === undefined ? "" : `; the most similar name is ${nearest}`;
}

function byLowerCase(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}
