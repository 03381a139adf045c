/** The text with at most `max` UTF-16 units. What a reader sees as one character is never cut in two. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  let short = "";
  // The segmenter takes 13 s for a text of 2 MB, of which only the beginning matters.
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, max + 1))) {
    if (short.length + segment.length > max) break;
    short += segment;
  }
  return short.trimEnd();
}

/** A message quotes at most this much of a value. */
const maxQuoted = 100;

/** A value in quotes, for a message: long values are cut, and characters that cannot be seen are escaped. */
export function quoted(value: string): string {
  const short = shortened(value, maxQuoted);
  const rest = value.length > maxQuoted ? "..." : "";
  return `"${short.replace(unseen, escaped)}${rest}"`;
}

/** Control and format characters, halves of surrogate pairs, and every space but the usual one. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
