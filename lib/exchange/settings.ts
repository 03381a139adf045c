import { Fault } from "../fault.ts";
import { setMailboxParameters } from "../generated/mailbox.ts";
import { addressChange } from "./emailAddresses.ts";
import type { ParameterValue } from "./encoding.ts";

/** One setting of a mailbox as it should be: a parameter of Set-Mailbox with a value of its type. */
export interface Setting {
  /** The parameter's own spelling. */
  name: string;
  /** The property that shows the present value. */
  property: string;
  /** What to send when the present value differs, and the value it then has; undefined when it is as it should be. */
  difference(current: unknown): { send: ParameterValue; after: unknown } | undefined;
}

/** Parameters whose value is read under another name. */
const readAs: Readonly<Record<string, string>> = { Type: "RecipientTypeDetails", MicrosoftOnlineServicesID: "UserPrincipalName" };
const mailboxTypes: Readonly<Record<string, string>> = { Regular: "UserMailbox", Shared: "SharedMailbox", Room: "RoomMailbox", Equipment: "EquipmentMailbox" };

const names = new Map(Object.keys(setMailboxParameters).map((name) => [name.toLowerCase(), name]));

/**
 * The settings that mapped fields ask for, typed by the cmdlet catalogue: the mapping can only give texts and lists of texts.
 * A text without a value clears a text, and leaves alone what cannot be empty. Throws one `invalid` fault that tells every field
 * that is no parameter of Set-Mailbox or has no usable value.
 */
export function settingsFrom(fields: readonly (readonly [name: string, value: unknown])[]): Setting[] {
  const faults: string[] = [];
  const settings: Setting[] = [];
  for (const [field, value] of fields) {
    const name = names.get(field.toLowerCase());
    if (name === undefined) {
      faults.push(`${field} is mapped, but is no setting of a mailbox${nearest(field)}.`);
      continue;
    }
    try {
      const setting = settingOf(name, value);
      if (setting) settings.push(setting);
    } catch (thrown) {
      faults.push(Fault.of(thrown).message);
    }
  }
  if (faults.length > 0) throw invalid(faults.join(" "));
  return settings;
}

function settingOf(name: string, mapped: unknown): Setting | undefined {
  const { type, values, maxLength, range } = setMailboxParameters[name] ?? { type: "" };
  const property = readAs[name] ?? name;
  if (type === "ProxyAddressCollection") return addresses(name, listOf(mapped));
  if (type === "MultiValuedProperty" || type === "String[]") {
    const list = listOf(mapped);
    return { name, property, difference: (current) => (sameList(list, current) ? undefined : { send: list, after: list }) };
  }
  const text = textOf(name, mapped);
  if (text === "") return type === "String" ? plain(name, null, (current) => shown(current) === "") : undefined;
  if (values) {
    const value = values.find((allowed) => allowed.toLowerCase() === text.toLowerCase());
    if (value === undefined) throw wrong(name, text, `one of ${values.join(", ")}`);
    const reads = name === "Type" ? (mailboxTypes[value] ?? value) : value;
    return { name, property, difference: (current) => (shown(current).toLowerCase() === reads.toLowerCase() ? undefined : { send: value, after: reads }) };
  }
  switch (type) {
    case "Boolean": {
      if (!/^(true|false)$/i.test(text)) throw wrong(name, text, "true or false");
      const value = text.toLowerCase() === "true";
      return plain(name, value, (current) => shown(current).toLowerCase() === String(value));
    }
    case "Int32": {
      if (!/^-?\d{1,9}$/.test(text)) throw wrong(name, text, "a whole number");
      return plain(name, Number(text), (current) => Number(shown(current)) === Number(text));
    }
    case "ByteQuantifiedSize":
    case "Unlimited":
      return quantity(name, text, range);
    case "DateTime": {
      const time = Date.parse(text);
      if (Number.isNaN(time)) throw wrong(name, text, "a date and time such as 2026-12-31T17:00:00Z");
      return { name, property, difference: (current) => (Date.parse(shown(current)) === time ? undefined : { send: new Date(time), after: new Date(time).toISOString() }) };
    }
    case "EnhancedTimeSpan": {
      const days = daysIn(text);
      if (days === undefined) throw wrong(name, text, "a number of days, or days.hours:minutes:seconds");
      const value = /^\d+$/.test(text) ? `${text}.00:00:00` : text;
      return plain(name, value, (current) => daysIn(shown(current)) === days);
    }
    default:
      if (maxLength !== undefined && Array.from(text).length > maxLength) throw wrong(name, text, `at most ${maxLength} characters`);
      return plain(name, text, (current) => shown(current) === text);
  }
}

function plain(name: string, value: string | number | boolean | null, isSo: (current: unknown) => boolean): Setting {
  return { name, property: readAs[name] ?? name, difference: (current) => (isSo(current) ? undefined : { send: value, after: value }) };
}

function addresses(name: string, wanted: string[]): Setting | undefined {
  if (wanted.length === 0) return undefined;
  addressChange([], wanted); // what is wrong in the mapping is said before anything is read
  return {
    name,
    property: name,
    difference(current) {
      const change = addressChange(Array.isArray(current) ? current.map(shown) : [], wanted);
      return change && { send: change.delta, after: change.after };
    },
  };
}

/** Sizes are read back as `49.5 GB (53,150,220,288 bytes)`, durations as `365.00:00:00`, and either as `Unlimited`. */
function quantity(name: string, text: string, range: readonly number[] | undefined): Setting {
  const unlimited = /^unlimited$/i.test(text);
  const inDays = name === "LitigationHoldDuration";
  const isCount = range !== undefined;
  const measure = inDays ? daysIn : isCount ? countIn : bytesIn;
  const amount = measure(text);
  const expected = inDays ? "a number of days or Unlimited" : isCount ? `a whole number from ${range[0] ?? 0} to ${range[1] ?? ""} or Unlimited` : "a size such as 50 GB, or Unlimited";
  if (!unlimited && (amount === undefined || (isCount && (amount < (range[0] ?? 0) || amount > (range[1] ?? Infinity))))) throw wrong(name, text, expected);
  const send = unlimited ? "Unlimited" : isCount || inDays ? String(amount) : text;
  return plain(name, send, (current) => (unlimited ? /^unlimited$/i.test(shown(current)) : measure(shown(current)) === amount));
}

function bytesIn(text: string): number | undefined {
  const exact = /\(([\d,.\s]+) bytes\)/i.exec(text)?.[1];
  if (exact !== undefined) return Number(exact.replace(/\D/g, ""));
  const [, number, unit = "B"] = /^(\d+(?:\.\d+)?)\s*([KMGT]?B)?$/i.exec(text) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * 1024 ** ["B", "KB", "MB", "GB", "TB"].indexOf(unit.toUpperCase()));
}

function countIn(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function daysIn(text: string): number | undefined {
  const [, days, hours = "0", minutes = "0", seconds = "0"] = /^(\d{1,6})(?:\.(\d\d?):(\d\d):(\d\d)(?:\.\d+)?)?$/.exec(text) ?? [];
  return days === undefined ? undefined : Number(days) + Number(hours) / 24 + Number(minutes) / 1440 + Number(seconds) / 86_400;
}

/** A list mapped as one, or as one text: then a semicolon or a line break parts it, because names hold commas. */
function listOf(mapped: unknown): string[] {
  const parts = Array.isArray(mapped) ? mapped.map(shown) : shown(mapped).split(/[;\r\n]+/);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function sameList(wanted: readonly string[], current: unknown): boolean {
  const sorted = (list: readonly string[]): string => JSON.stringify([...list].sort());
  return sorted(wanted) === sorted(Array.isArray(current) ? current.map(shown) : listOf(current));
}

function textOf(name: string, mapped: unknown): string {
  if (typeof mapped === "object" && mapped !== null) throw invalid(`The mapping of ${name} gives ${Array.isArray(mapped) ? "a list" : "an object"}; expected one text.`);
  return shown(mapped).trim();
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function wrong(name: string, text: string, expected: string): Fault {
  return invalid(`The mapping of ${name} gives a text of ${text.length} characters; expected ${expected}.`);
}

function invalid(message: string): Fault {
  return new Fault({ kind: "invalid", message });
}

/** The parameter whose name is most like the one that was mapped. */
function nearest(field: string): string {
  const [best] = [...names].map(([key, name]) => ({ name, distance: distanceOf(field.toLowerCase(), key) })).sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, field.length / 3) ? `; the nearest is ${best.name}` : "";
}

/** How many letters have to be added, removed or replaced. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
