/**
 * Sizes, time spans and moments, from every form of a parameter to the one form of the service's
 * answers.
 */

const units = ["B", "KB", "MB", "GB", "TB"];

/**
 * Bytes of `50GB`, `49.5 GB (53,150,220,288 bytes)` or a plain number; undefined for anything else.
 */
export function bytesOf(text: string): number | undefined {
  const [, number, unit = "B", exact] =
    /^(\d+(?:\.\d+)?) ?([KMGT]?B)?(?: \(([\d,]+) bytes\))?$/i.exec(text) ?? [];
  if (exact !== undefined) return Number(exact.replaceAll(",", ""));
  return number === undefined
    ? undefined
    : Math.round(Number(number) * 1024 ** units.indexOf(unit.toUpperCase()));
}

/** As observed: `49.5 GB (53,150,220,288 bytes)`, four significant digits. */
export function size(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return (
    `${Number((bytes / 1024 ** power).toPrecision(4))} ${units[power] ?? ""} ` +
    `(${bytes.toLocaleString("en-US")} bytes)`
  );
}

/** Seconds of `30.00:00:00`, `12:00:00` or a whole number of days; undefined for anything else. */
export function secondsOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 86_400;
  const [, days = "0", hours, minutes, seconds = "0"] =
    /^(?:(\d+)\.)?([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
  return hours === undefined
    ? undefined
    : Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** As .NET writes it: `30.00:00:00`, and without the days when there are none. */
export function span(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  return `${days > 0 ? `${days}.` : ""}${new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19)}`;
}

/**
 * To the second. That some properties read with `Z` and others with `+00:00` is on purpose: the
 * suffix varies (observed).
 */
export const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/**
 * Milliseconds of a sortable date, which is UTC unless it has a zone (documented by the module);
 * undefined for local forms.
 */
export function millisecondsOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text))
    return undefined;
  const ms = Date.parse(
    /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text.includes("T") ? text : `${text}T00:00`}Z`,
  );
  return Number.isNaN(ms) ? undefined : ms;
}
