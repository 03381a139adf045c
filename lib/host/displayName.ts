/** The platform takes names of at most this many characters, and none that are empty. */
export const longestName = 100;

/** A name for the platform, or undefined when the text is blank. What a person sees as one character is not cut. */
export function shownName(text: string, longest = longestName): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (trimmed.length <= longest) return trimmed;
  let shown = "";
  for (const { segment } of new Intl.Segmenter().segment(trimmed)) {
    if (shown.length + segment.length > longest) break;
    shown += segment;
  }
  return shown.trimEnd() || undefined;
}
