import { UsageError } from "../session/usageError.ts";

/** The number that an option has. Throws a `UsageError` unless it is a whole one in these limits. */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${option} ${text}: expected a whole number from ${min} to ${max}.`);
}
