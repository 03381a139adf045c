import type { Terminal } from "./terminal.ts";

/** Milliseconds between two lines: more cannot be read, and writing them takes time. */
const pause = 100;

/** What to call after each of many things: it shows on a terminal how many are done, and how many in a second. */
export function counter(
  { progress }: Pick<Terminal, "progress">,
  { what, total, now = () => performance.now() }: { what: string; total: number; now?(): number },
): () => void {
  const start = now();
  let count = 0;
  let shownAt = -Infinity;
  return () => {
    count++;
    const at = now();
    if (at - shownAt < pause && count < total) return;
    shownAt = at;
    const perSecond = (count * 1000) / Math.max(at - start, 1);
    const rate = perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0);
    progress(`${count} of ${total} ${what}, ${rate} per second`);
  };
}
