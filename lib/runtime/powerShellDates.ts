/**
 * Returns a document in which every date is ISO text, as PowerShell 7 writes it. Windows PowerShell 5.1 writes
 * `\/Date(1700000000000)\/`, and both write an object with the members value, DisplayHint and DateTime for a date that
 * carries more than its value (PowerShell/PowerShell#13592, #12565, #16976).
 */
export function withIsoDates(value: unknown): unknown {
  if (typeof value === "string") return isoDate(value);
  if (Array.isArray(value)) return value.map(withIsoDates);
  if (typeof value !== "object" || value === null) return value;
  if (isDateObject(value)) return isoDate(value.value);
  const entries = Object.entries(value).map(([key, member]) => [key, withIsoDates(member)]);
  return Object.fromEntries(entries) as unknown;
}

/** Whether a document can hold a date in one of these forms: to look at every value takes time. */
export function mayHoldDates(json: string): boolean {
  return json.includes("Date(") || json.includes('"DateTime"');
}

function isoDate(text: string): string {
  const [, milliseconds] = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/.exec(text) ?? [];
  const date = new Date(Number(milliseconds));
  return milliseconds === undefined || Number.isNaN(date.getTime()) ? text : date.toISOString();
}

function isDateObject(value: object): value is { value: string } {
  const names = Object.keys(value);
  const isMember = (name: string): boolean => ["value", "DisplayHint", "DateTime"].includes(name);
  return (
    "value" in value &&
    "DateTime" in value &&
    typeof value.value === "string" &&
    names.every(isMember)
  );
}
