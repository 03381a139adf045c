import leven, { closestMatch } from "leven";

/** No name is longer, and the comparison of long texts takes long. */
const maxLength = 64;

/** Whether at most two letters have to be changed, added or removed between two names, ignoring case. */
export function areSimilar(text: string, name: string): boolean {
  if (Math.abs(text.length - name.length) > 2) return false;
  return leven(text.toLowerCase(), name.toLowerCase(), { maxDistance: 3 }) <= 2;
}

/** The name that is most similar to `text`, ignoring case; undefined when none is similar enough. */
export function nearestName(text: string, names: readonly string[]): string | undefined {
  if (text.length > maxLength) return undefined;
  // Two typing errors, or one per three characters of a longer name.
  const maxDistance = Math.max(2, Math.floor(text.length / 3));
  const lowerCase = names.map((name) => name.toLowerCase());
  const nearest = closestMatch(text.toLowerCase(), lowerCase, { maxDistance });
  return nearest === undefined ? undefined : names[lowerCase.indexOf(nearest)];
}
