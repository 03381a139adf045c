/** Distinguished names (RFC 4514), as a controller reads and writes them. */

/** The parts of a name, from the object to the domain: `cn` or `ou` or `dc`, and the value without escapes. */
export interface Part {
  type: string;
  value: string;
}

/** Throws for what is not a name. */
export function partsOf(dn: string): Part[] {
  if (dn.trim() === "") return [];
  return (dn.match(/(?:\\.|[^\\,])+/gsu) ?? []).map((part) => {
    const [, type, value] = /^\s*([a-z]+)\s*=\s*(.+?)\s*$/isu.exec(part) ?? [];
    if (type === undefined || value === undefined) throw new Error(`${dn} is not a name.`);
    return { type: type.toUpperCase(), value: unescaped(value) };
  });
}

function unescaped(value: string): string {
  return value.replace(/((?:\\[0-9a-f]{2})+)|\\(.)/gisu, (_all, pairs?: string, one = "") =>
    pairs === undefined ? String(one) : Buffer.from(pairs.replaceAll("\\", ""), "hex").toString(),
  );
}

/** The name as a controller writes it. */
export function nameOf(parts: readonly Part[]): string {
  return parts
    .map(({ type, value }) => `${type}=${value.replace(/["+,;<=>\\]|^#|^ | $/g, "\\$&")}`)
    .join(",");
}

/** The form in which names are compared. */
export function keyOf(parts: readonly Part[]): string {
  return JSON.stringify(parts.map(({ type, value }) => [type, folded(value)]));
}

/** Case, accents and the way of writing them do not matter (MS-ADTS 3.1.1.2.2.4: `Jose` finds `José`). */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
