import { Fault } from "./fault.ts";
import { quoted } from "./graphemes.ts";

/** A mapped value as text; empty when there is no value. Throws an `invalid` fault for a list or an object. */
export function mappedText(name: string, mapped: unknown): string {
  if (typeof mapped === "object" && mapped !== null)
    throw Fault.invalid(
      `The mapping of ${name} yields ${Array.isArray(mapped) ? "a list" : "an object"}; expected text.`,
    );
  return shown(mapped).trim();
}

/** A text, number or boolean as text; empty for anything else. */
export function shown(value: unknown): string {
  const isText = ["string", "number", "boolean"].includes(typeof value);
  return isText ? String(value) : "";
}

/** The allowed value that equals a mapped text, in its own spelling. Throws an `invalid` fault when there is none. */
export function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => alike(value, text));
  if (found === undefined) throw wrong(name, text, oneAmong(allowed));
  return found;
}

function oneAmong(allowed: readonly string[]): string {
  return allowed.length > 2 ? `one of ${allowed.join(", ")}` : allowed.join(" or ");
}

/** Whether two texts are the same, ignoring case. */
export function alike(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export function lengthOf(text: string): number {
  return Array.from(text).length;
}

export function wrong(name: string, text: string, expected: string): Fault {
  return Fault.invalid(`The mapping of ${name} yields ${quoted(text)}; expected ${expected}.`);
}

/** A mapped list. A text is split at semicolons and line breaks, but not at commas, because names contain them. */
export function listOf(name: string, mapped: unknown): string[] {
  const parts = Array.isArray(mapped)
    ? mapped.map((part) => mappedText(name, part))
    : mappedText(name, mapped).split(/[;\r\n]+/);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
