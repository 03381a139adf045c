const width = 30;

/** A bar of fixed width, and what it is about: `[#####.........................] 167 of 1001 events`. */
export function progressBar(part: number, about: string): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * width);
  return `[${"#".repeat(full)}${".".repeat(width - full)}] ${about}`;
}
