/** The value at a place from 0 (the smallest) to 1 (the largest); of two neighbours the upper one. NaN without any. */
export function quantile(values: readonly number[], place: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * place))] ?? NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The middle half of the values, as in `12 to 15`. */
export function spread(values: readonly number[], digits = 0): string {
  return [0.25, 0.75].map((place) => quantile(values, place).toFixed(digits)).join(" to ");
}
