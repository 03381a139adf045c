/**
 * A text as a directory compares it: case does not matter, and neither does whether a letter is written
 * in one code point or in two.
 */
export function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
