import { randomBytes } from "node:crypto";

/**
 * Makes UUIDs of version 7 (RFC 9562) that always grow, also within a millisecond and when the clock goes back. The
 * engine orders jobs of one insert by their IDs: random ones would lose the order.
 */
export function growingIds(now: () => number = Date.now): () => string {
  let lastMs = 0;
  let counter = 0;
  return () => {
    const ms = now();
    if (ms > lastMs) {
      lastMs = ms;
      counter = 0;
    } else if (++counter > maxCounter) {
      lastMs++;
      counter = 0;
    }
    const time = lastMs.toString(16).padStart(12, "0");
    const count = counter.toString(16).padStart(3, "0");
    const random = randomBytes(8);
    // The two bits of the variant.
    random[0] = ((random[0] ?? 0) & 0x3f) | 0x80;
    const rest = random.toString("hex");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${rest.slice(0, 4)}-${rest.slice(4)}`;
  };
}

/** 12 bits. */
const maxCounter = 0xfff;
