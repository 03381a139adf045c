/** Distinguished names (RFC 4514). */

/** The characters that a value in a name must not have as they are, with white space at its ends. */
const special = /[\p{Cc}"#+,;<=>\\]|^ | $/gu;

/**
 * A common name as the first part of a distinguished name. Special characters are hexadecimal pairs: the library takes
 * the first comma for the end of that part, also one that a backslash escapes in some cases (read in 8.2.0).
 */
export function relativeName(commonName: string): string {
  const escaped = commonName.replace(special, (character) =>
    [...Buffer.from(character)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  return `CN=${escaped}`;
}

/** The name of the object above; blank for a name of one part. */
export function parentOf(dn: string): string {
  const [first = ""] = /^(\\.|[^\\,])*/su.exec(dn) ?? [];
  return dn.slice(first.length + 1);
}

/** Whether two names are of the same object: case, white space around parts and the way of escaping do not matter. */
export function isSameName(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

/** Whether an object is at or below a place. */
export function isBelow(dn: string, baseDn: string): boolean {
  const outer = canonical(baseDn);
  for (let place = canonical(dn); place !== ""; place = parentOf(place))
    if (place === outer) return true;
  return false;
}

/** The name of the domain that a name is in: its parts of the kind DC. */
export function domainOf(dn: string): string {
  return /(?:^|,)\s*(DC=[^,]+(?:,\s*DC=[^,]+)*)\s*$/i.exec(dn)?.[1] ?? dn;
}

/** The form in which names are compared: in lower case, with one way to escape. */
function canonical(dn: string): string {
  const bytes = dn.replace(/(?:\\[0-9a-f]{2})+/gi, (pairs) =>
    Buffer.from(pairs.replaceAll("\\", ""), "hex")
      .toString()
      .replace(/["#+,;<=>\\ ]/g, (character) => `\\${character}`),
  );
  return bytes
    .replace(/(?<!\\)\s*([,=])\s*/g, "$1")
    .normalize("NFC")
    .toLowerCase();
}
