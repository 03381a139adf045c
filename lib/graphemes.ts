/** The text with at most `max` UTF-16 units. What a reader sees as one character is never cut in two. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  let short = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (short.length + segment.length > max) break;
    short += segment;
  }
  return short.trimEnd();
}
