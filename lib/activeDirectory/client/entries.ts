import { Fault } from "../../fault.ts";
import { decoded, type AttributeName, type Entry } from "./attributes.ts";

/** An object as the library returns it: an attribute that was requested and is absent is an empty list. */
export interface RawEntry {
  dn: string;
  [attribute: string]: RawValue;
}
type RawValue = string | Buffer | string[] | Buffer[];

/** Reads one attribute of an object, such as `member;range=1500-*`. */
export type ReadRange = (dn: string, range: string) => Promise<RawEntry | undefined>;

/** The objects with the requested attributes. Values that came only in part are read to their end. */
export async function entriesOf(
  found: readonly RawEntry[],
  attributes: readonly AttributeName[],
  readRange: ReadRange,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const raw of found) {
    const values = await wholeValues(raw, readRange);
    const entry: Entry = { dn: raw.dn };
    for (const name of attributes) entry[name] = decoded(name, values.get(name.toLowerCase()));
    entries.push(entry);
  }
  return entries;
}

/**
 * The values by attribute, in lower case. A controller returns 1,500 values of an attribute at most, and then names it
 * `member;range=0-1499` (documented); the last part ends with an asterisk.
 */
async function wholeValues(
  raw: RawEntry,
  readRange: ReadRange,
): Promise<Map<string, readonly (string | Buffer)[]>> {
  const values = new Map<string, readonly (string | Buffer)[]>();
  for (const [written, value] of Object.entries(raw)) {
    const part = rangeIn(written);
    // A requested attribute in parts also appears under its own name, empty.
    if (!part && listOf(value).length === 0) continue;
    if (part) values.set(part.name.toLowerCase(), await allParts(raw, part, readRange));
    else values.set(written.toLowerCase(), listOf(value));
  }
  return values;
}

interface Part {
  name: string;
  /** The whole name, with its range. */
  written: string;
  from: number;
  /** The index of its last value; undefined when nothing follows. */
  to: number | undefined;
}

function rangeIn(written: string): Part | undefined {
  const [, name, from, to] = /^(.+?);range=(\d+)-(\d+|\*)$/i.exec(written) ?? [];
  if (name === undefined) return undefined;
  return { name, written, from: Number(from), to: to === "*" ? undefined : Number(to) };
}

async function allParts(
  raw: RawEntry,
  first: Part,
  readRange: ReadRange,
): Promise<(string | Buffer)[]> {
  const all = [...listOf(raw[first.written])];
  let part = first;
  while (part.to !== undefined) {
    const wanted = `${first.name};range=${part.to + 1}-*`;
    const found = await readRange(raw.dn, wanted);
    const next = Object.keys(found ?? {}).flatMap((key) => rangeIn(key) ?? [])[0];
    if (found === undefined || next?.from !== part.to + 1)
      throw new Fault({
        kind: "unavailable",
        retryable: true,
        message: `The values of ${first.name} of ${raw.dn} ended after ${all.length}, and there are more.`,
      });
    all.push(...listOf(found[next.written]));
    part = next;
  }
  return all;
}

function listOf(value: RawValue | undefined): readonly (string | Buffer)[] {
  return value === undefined ? [] : [value].flat();
}
