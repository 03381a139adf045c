/** The few parts of ASN.1 BER that LDAP needs (RFC 4511 section 5.1, ITU-T X.690). */

/** One element: its tag and its content. */
export interface Element {
  tag: number;
  content: Buffer;
}

/** The first element of `bytes`, and what follows it; undefined when it has not arrived as a whole. */
export function firstIn(bytes: Buffer): { element: Element; rest: Buffer } | undefined {
  const tag = bytes[0];
  const short = bytes[1];
  if (tag === undefined || short === undefined) return undefined;
  const extra = short < 0x80 ? 0 : short & 0x7f;
  if (bytes.length < 2 + extra) return undefined;
  const length = extra === 0 ? short : bytes.readUIntBE(2, extra);
  const start = 2 + extra;
  if (bytes.length < start + length) return undefined;
  const content = bytes.subarray(start, start + length);
  return { element: { tag, content }, rest: bytes.subarray(start + length) };
}

/** All elements of a content. */
export function elementsIn(content: Buffer): Element[] {
  const all: Element[] = [];
  let next = firstIn(content);
  while (next) {
    all.push(next.element);
    next = firstIn(next.rest);
  }
  return all;
}

export function element(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const header =
    length < 0x80 ? [tag, length] : [tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

export const tags = { integer: 2, octets: 4, enumerated: 10, sequence: 0x30, set: 0x31 } as const;

export function numberIn({ content }: Element): number {
  return content.length === 0 ? 0 : content.readIntBE(0, content.length);
}

export function integer(value: number, tag: number = tags.integer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return element(tag, bytes);
}
