/** The value in the middle of these, of an even number the upper one; NaN without any. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN;
}
