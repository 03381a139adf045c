/**
 * Security identifiers, computed from GUIDs and back, so that nothing is stored. (Real ones share a
 * domain's part.)
 */
const prefix = "S-1-5-21-";

export function sidOf(guid: string): string {
  const digits = guid.replaceAll("-", "");
  return prefix + [0, 8, 16, 24].map((at) => parseInt(digits.slice(at, at + 8), 16)).join("-");
}

/** The GUID of a SID; undefined when the SID was not computed here. */
export function guidOfSid(sid: string): string | undefined {
  if (!isSid(sid)) return undefined;
  const parts = sid.slice(prefix.length).split("-").map(Number);
  if (parts.length !== 4 || parts.some((part) => part > 0xffffffff)) return undefined;
  const digits = parts.map((part) => part.toString(16).padStart(8, "0")).join("");
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, to]) => digits.slice(from, to))
    .join("-");
}

export const isSid = (text: string): boolean => /^S-1-5-21(-\d+)+$/i.test(text);
