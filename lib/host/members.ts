import { isRecord } from "../record.ts";

/**
 * A member of a value that may be an object. The name is not case-sensitive: installations have `Id`
 * and `id`, platforms `Person` and `person`.
 */
export function member(value: unknown, name: string): unknown {
  const wanted = name.toLowerCase();
  return isRecord(value)
    ? Object.entries(value).find(([key]) => key.toLowerCase() === wanted)?.[1]
    : undefined;
}

/** The value at the end of a path of names, which are not case-sensitive. */
export function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(member, value);
}

/** A string or a number as trimmed text; empty for anything else. */
export function plainText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}
