import { isRecord } from "./schemaContract.ts";

/**
 * A member of what may be an object, by its name without regard to case: installations have `Id`
 * and `id`, platforms `Person` and `person`.
 */
export function member(value: unknown, name: string): unknown {
  const wanted = name.toLowerCase();
  return isRecord(value)
    ? Object.entries(value).find(([key]) => key.toLowerCase() === wanted)?.[1]
    : undefined;
}

/** The value at the end of a path of names, each without regard to case. */
export function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(member, value);
}

/** A text or a number as text, without white space around it; empty for anything else. */
export function plainText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}
