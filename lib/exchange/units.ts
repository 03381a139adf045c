/** Sizes, counts, durations and times, as mappings and the service write them. Undefined or NaN for anything else. */

/** Seconds. */
export const day = 86_400;

export function bytesIn(text: string): number | undefined {
  const exact = /^[\d,.\s]+[KMGT]?B \(([\d,.\s]+) bytes\)$/i.exec(text)?.[1];
  if (exact !== undefined) return Number(exact.replace(/\D/g, ""));
  const [, number, unit = "B"] = /^(\d{1,15}(?:\.\d{1,9})?)\s*([KMGT]?B)?$/i.exec(text) ?? [];
  return number === undefined
    ? undefined
    : Math.round(
        Number(number) * 1024 ** ["B", "KB", "MB", "GB", "TB"].indexOf(unit.toUpperCase()),
      );
}

export function countIn(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

export function daysIn(text: string): number | undefined {
  const seconds = secondsIn(text);
  return seconds === undefined || seconds % day !== 0 ? undefined : seconds / day;
}

/** A number of days, or days.hours:minutes:seconds as .NET writes it (without days if there are none). */
export function secondsIn(text: string): number | undefined {
  if (/^\d{1,8}$/.test(text)) return Number(text) * day;
  const [, days = "0", hours, minutes, seconds] =
    /^(?:(\d{1,8})\.)?([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d+)?$/.exec(text) ?? [];
  return hours === undefined
    ? undefined
    : Number(days) * day + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/**
 * The milliseconds of an ISO date, with or without a time. NaN for anything else, because the meaning of other forms
 * depends on the machine. UTC without a time zone; fractions of a second are dropped, as they are in a request.
 */
export function timeIn(text: string): number {
  const [, date = "", time = "00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(
      text,
    ) ?? [];
  // Date.parse takes 30 February for 2 March.
  if (new Date(Date.parse(date)).getUTCDate() !== Number(date.slice(-2))) return NaN;
  return Math.floor(Date.parse(`${date}T${time}${zone}`) / 1000) * 1000;
}
