import { isGuid } from "./guid.ts";

/** Words of 32 bits in the slot of a GUID: the GUID, and its position plus one, which is 0 in a free slot. */
const slotWords = 5;
const guidWords = slotWords - 1;

/**
 * IDs, whatever their case, in the order in which they were added. A large list has a million of them: a GUID takes 27
 * to 53 bytes here, and in a `Set` of texts it takes more than 80. Other IDs may be added as well.
 */
export class IdTable {
  #slots = new Uint32Array(16 * slotWords);
  #guids = 0;
  readonly #others = new Map<string, number>();

  get size(): number {
    return this.#guids + this.#others.size;
  }

  /** Whether the ID is new. */
  add(id: string): boolean {
    const position = this.size;
    if (!isGuid(id)) {
      const text = id.toLowerCase();
      if (this.#others.has(text)) return false;
      this.#others.set(text, position);
      return true;
    }
    // Three quarters full.
    if ((this.#guids + 1) * slotWords * 4 > this.#slots.length * 3) this.#grow();
    const guid = wordsOf(id);
    const slot = slotFor(guid, this.#slots);
    if (this.#slots[slot + guidWords] !== 0) return false;
    this.#slots.set([...guid, position + 1], slot);
    this.#guids++;
    return true;
  }

  /** The number of IDs that were added before this one. Undefined for one that was not added. */
  positionOf(id: string): number | undefined {
    if (!isGuid(id)) return this.#others.get(id.toLowerCase());
    const position = this.#slots[slotFor(wordsOf(id), this.#slots) + guidWords] ?? 0;
    return position === 0 ? undefined : position - 1;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    for (let slot = 0; slot < before.length; slot += slotWords) {
      if (before[slot + guidWords] === 0) continue;
      const words = before.subarray(slot, slot + slotWords);
      this.#slots.set(words, slotFor(words, this.#slots));
    }
  }
}

/** Where the GUID is, or the free slot that it would get: the next ones follow the slot that its bits name. */
function slotFor(guid: ArrayLike<number>, slots: Uint32Array): number {
  const [a, b, c, d] = [guid[0] ?? 0, guid[1] ?? 0, guid[2] ?? 0, guid[3] ?? 0];
  const count = slots.length / slotWords;
  // Most GUIDs are random; the multiplication also spreads those that were counted up.
  let slot = ((Math.imul(a ^ b ^ c ^ d, 0x9e3779b1) >>> 0) % count) * slotWords;
  while (
    slots[slot + guidWords] !== 0 &&
    (slots[slot] !== a || slots[slot + 1] !== b || slots[slot + 2] !== c || slots[slot + 3] !== d)
  )
    slot = (slot + slotWords) % slots.length;
  return slot;
}

function wordsOf(guid: string): number[] {
  const digits = guid.replaceAll("-", "");
  return [0, 8, 16, 24].map((start) => parseInt(digits.slice(start, start + 8), 16));
}
