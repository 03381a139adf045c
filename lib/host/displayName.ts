import { shortened } from "../graphemes.ts";

/** The platform accepts names of 1 to this many characters. */
export const maxNameLength = 100;

/** A name for the platform, or undefined when the text is blank. */
export function shownName(text: string, max = maxNameLength): string | undefined {
  return shortened(text.trim(), max) || undefined;
}
