import { shortened } from "../graphemes.ts";

/** The platform takes names of at most this many characters, and none that are empty. */
export const maxNameLength = 100;

/** A name for the platform, or undefined when the text is blank. */
export function shownName(text: string, max = maxNameLength): string | undefined {
  return shortened(text.trim(), max) || undefined;
}
