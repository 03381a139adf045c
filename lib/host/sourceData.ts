import { Fault } from "../fault.ts";
import { isRecord } from "../record.ts";
import { member, memberAt } from "./members.ts";
import { shownName } from "./displayName.ts";

/** An entry in the source data that gets a resource. */
export interface ResourceItem {
  /** Identifies the item, regardless of its name. Never blank. */
  key: string;
  /** Never blank. */
  name: string;
  /** The name of the item in messages. */
  label: string;
}

/** A usable entry, or the fault that explains why it is not usable. */
export type Entry = ResourceItem | Fault;

/**
 * Reads the entries of the source data: objects with a key and a name, or plain values that are
 * both. Blank entries and exact duplicates are ignored.
 */
export function entriesIn(
  sourceData: readonly unknown[],
  { keyField, nameField }: { keyField: string; nameField: string },
): { entries: Entry[]; leftOut: number } {
  const seen = new Set<string>();
  const entries = sourceData.flatMap((value, index): Entry[] => {
    const entry = entryOf(value, `Entry ${index + 1} of the source data`, keyField, nameField);
    if (!entry || entry instanceof Fault) return entry ? [entry] : [];
    const known = JSON.stringify([entry.key, entry.name]);
    if (seen.has(known)) return [];
    seen.add(known);
    return [entry];
  });
  return { entries, leftOut: sourceData.length - entries.length };
}

function entryOf(
  value: unknown,
  where: string,
  keyField: string,
  nameField: string,
): Entry | undefined {
  const refused = (why: string): Fault => Fault.invalid(`${where} ${why}.`);
  if (!isRecord(value)) {
    const text = textOf(value);
    if (text === undefined) return refused("is a list; expected an object or a plain value");
    return text === "" ? undefined : { key: text, name: text, label: `"${shown(text)}"` };
  }
  const key = textOf(at(value, keyField));
  const name = textOf(at(value, nameField));
  if (key === undefined) return refused(`has no plain value as ${keyField}`);
  if (name === undefined) return refused(`("${shown(key)}") has no plain value as ${nameField}`);
  if (key === "" && name === "") return undefined;
  if (key === "") return refused(`("${shown(name)}") has no ${keyField}, so nothing identifies it`);
  if (name === "") return refused(`("${shown(key)}") has no ${nameField}, so it has no name`);
  return { key, name, label: `"${shown(name)}" (${shown(key)})` };
}

const shown = (text: string): string => shownName(text) ?? "";

/** The value under a name or a path such as `Department.ExternalId`, without regard to case. */
function at(value: Record<string, unknown>, field: string): unknown {
  return member(value, field) ?? memberAt(value, field.split("."));
}

/** A plain value as text; undefined for anything else. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value).trim()
    : undefined;
}
