import { hash } from "node:crypto";

const buckets = 1024;
/** Words of 32 bits that stand for an ID, in addition to the number of its bucket. */
const words = 2;
const firstRoom = 4 * words;

/**
 * The IDs of a list so far, whatever their case. A list has up to a million of them, so only 74 bits of the hash of
 * each are kept: 9 bytes on the average, with the room to grow. That any two of a million IDs have the same 74 bits
 * has a probability of 1 in 37,000 million.
 */
export class SeenIds {
  readonly #buckets: Uint32Array[] = [];
  readonly #taken = new Uint16Array(buckets);

  /** Whether the ID is new. */
  add(id: string): boolean {
    const digits = hash("sha1", id.toLowerCase());
    const bucket = parseInt(digits.slice(0, 3), 16) % buckets;
    const one = parseInt(digits.slice(3, 11), 16);
    const two = parseInt(digits.slice(11, 19), 16);
    const known = this.#buckets[bucket] ?? new Uint32Array(firstRoom);
    const end = this.#taken[bucket] ?? 0;
    for (let at = 0; at < end; at += words)
      if (known[at] === one && known[at + 1] === two) return false;
    const room = end < known.length ? known : withMoreRoom(known);
    room[end] = one;
    room[end + 1] = two;
    this.#buckets[bucket] = room;
    this.#taken[bucket] = end + words;
    return true;
  }
}

/** Half as much again would leave a sixth of the memory free on the average; this leaves a tenth. */
function withMoreRoom(full: Uint32Array): Uint32Array {
  const more = new Uint32Array(full.length + words * Math.ceil(full.length / (4 * words)));
  more.set(full);
  return more;
}
