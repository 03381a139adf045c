/**
 * A sealed file that only grows: a head, and answers behind it. Each answer is compressed, and encrypted for its place
 * in the file. A process that is killed while it writes leaves a part of the last answer, which is cut off. Anything
 * else that does not open is a file that someone has changed.
 */
import { createHash } from "node:crypto";
import { fstatSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { Fault } from "../fault.ts";
import { decrypted, encrypted, newKey, opened, sealed, type Holder } from "./seal.ts";

/** Who opens a file, and what it belongs to. */
export interface FileSeal {
  holder: Holder;
  binding: string;
  /** Names the file in messages. */
  what: string;
}

/** An answer as it is kept. */
export interface Entry {
  request: string;
  /** Milliseconds since 1970. */
  at: number;
  isList: boolean;
  text: string;
}

/** An open file. An answer is named by the place where it begins. */
export interface JournalFile {
  head: unknown;
  /** Adds an answer, and returns its place. */
  add(entry: Entry): number;
  /** The answer at a place. Throws an `invalid` fault when it was changed. */
  at(place: number): Omit<Entry, "request">;
  /** The answers that were there when the file was opened: their places and the digests of their requests. */
  entries(): Iterable<{ place: number; digest: string }>;
}

/** In front of what is sealed: its length. */
const lengthBytes = 4;
/** In what is sealed, before the answer: the digest of its request, its time, and whether it is of a list. */
const digestBytes = 16;
const aboutBytes = digestBytes + 8 + 1;
/** The fastest: it takes a third of the time that the usual level takes, and a few per cent more bytes. */
const level = 1;
const maxHeadBytes = 64 * 1024;

/** Names a request in an index. */
export function digestOf(request: string): string {
  return createHash("sha256").update(request).digest().subarray(0, digestBytes).toString("latin1");
}

/** Writes the head into an empty file. */
export function newJournal(
  descriptor: number,
  head: unknown,
  { holder, binding }: FileSeal,
): JournalFile {
  const { key, keys } = newKey(holder, binding);
  const line = Buffer.from(`${sealed({ value: head, key, keys }, binding)}\n`);
  writeSync(descriptor, line, 0, line.length, 0);
  return journalFile(descriptor, { head, key, start: line.length, size: line.length });
}

/** Opens a file. Throws an `invalid` fault when its head does not open; `entries` does for an answer. */
export function openJournal(descriptor: number, seal: FileSeal): JournalFile {
  const first = bytesAt(descriptor, 0, maxHeadBytes);
  const end = first.indexOf("\n");
  if (end < 0) throw Fault.invalid(`${seal.what} is damaged: it is not a sealed file.`);
  const { value: head, key } = opened(first.subarray(0, end).toString("utf8"), seal);
  const size = fstatSync(descriptor).size;
  return journalFile(descriptor, { head, key, start: end + 1, size }, seal.what);
}

function journalFile(
  descriptor: number,
  { head, key, start, size }: { head: unknown; key: Buffer; start: number; size: number },
  what = "",
): JournalFile {
  let end = size;
  const bindingOf = (place: number): string => `answer at ${place}`;

  /** What is sealed at a place, and where the next one begins. Undefined: it is not complete. */
  function sealedAt(place: number): { content: Buffer; next: number } | undefined {
    const length = bytesAt(descriptor, place, lengthBytes);
    if (length.length < lengthBytes) return undefined;
    const next = place + lengthBytes + length.readUInt32LE();
    if (next > end) return undefined;
    const content = bytesAt(descriptor, place + lengthBytes, next - place - lengthBytes);
    return { content, next };
  }

  function openedAt(place: number): { content: Buffer; next: number } | undefined {
    const found = sealedAt(place);
    if (!found) return undefined;
    const content = decrypted(key, found.content, bindingOf(place));
    if (!content || content.length < aboutBytes)
      throw Fault.invalid(`${what} is damaged: its content was changed.`);
    return { ...found, content };
  }

  return {
    head,
    add({ request, at, isList, text }) {
      const about = Buffer.alloc(aboutBytes);
      about.write(digestOf(request), "latin1");
      about.writeDoubleLE(at, digestBytes);
      about.writeUInt8(isList ? 1 : 0, aboutBytes - 1);
      const place = end;
      const content = Buffer.concat([about, deflateRawSync(text, { level })]);
      const own = encrypted(key, content, bindingOf(place));
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32LE(own.length);
      const whole = Buffer.concat([length, own]);
      for (let written = 0; written < whole.length;)
        written += writeSync(descriptor, whole, written, whole.length - written, place + written);
      end += whole.length;
      return place;
    },
    at(place) {
      const content = openedAt(place)?.content;
      if (!content) throw Fault.invalid(`${what} is damaged: its content was changed.`);
      return {
        at: content.readDoubleLE(digestBytes),
        isList: content.readUInt8(aboutBytes - 1) === 1,
        text: inflateRawSync(content.subarray(aboutBytes)).toString("utf8"),
      };
    },
    *entries() {
      let place = start;
      for (let found = openedAt(place); found; found = openedAt(place)) {
        yield { place, digest: found.content.subarray(0, digestBytes).toString("latin1") };
        place = found.next;
      }
      ftruncateSync(descriptor, place);
      end = place;
    },
  };
}

/** As many of the bytes at a place as there are. */
function bytesAt(descriptor: number, place: number, count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count);
  let read = 0;
  while (read < bytes.length) {
    const more = readSync(descriptor, bytes, read, bytes.length - read, place + read);
    if (more === 0) break;
    read += more;
  }
  return bytes.subarray(0, read);
}
