/**
 * A text as a directory compares it: case does not count, and a letter written in one code point or
 * in two is the same letter.
 */
export function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
