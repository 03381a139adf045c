/** Times as people read them. */

/** UTC, without milliseconds: `2026-11-30T14:00:00Z`. */
export function moment(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

const units = [
  { name: "day", ms: 86_400_000 },
  { name: "hour", ms: 3_600_000 },
  { name: "minute", ms: 60_000 },
] as const;
const second = { name: "second", ms: 1000 } as const;

/** A length of time in the largest unit of which it has two: `45 seconds`, `10 minutes`, `36 hours`, `14 days`. */
export function span(ms: number): string {
  const unit = units.find((one) => ms >= 2 * one.ms) ?? second;
  const count = Math.floor(ms / unit.ms);
  return `${count} ${unit.name}${count === 1 ? "" : "s"}`;
}
