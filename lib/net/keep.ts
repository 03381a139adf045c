/** Keeps what is costly to open for those who need the same later. */
export interface Keep<T> {
  /** What is kept under the key, or else what `open` returns. `free` is called once, by each who took it. */
  take(key: string, open: () => T): { value: T; free(): void };
  /** Closes what no one uses now, and everything else as soon as it is free. */
  close(): void;
}

interface Kept<T> {
  value: T;
  openedAt: number;
  users: number;
}

/**
 * Nothing is kept for longer than `maxAgeMs`: then it is opened again, and the old one closed when its last user frees
 * it. 0 keeps nothing. `now` is in milliseconds.
 */
export function keepFor<T extends { close(): void }>(maxAgeMs: number, now: () => number): Keep<T> {
  const kept = new Map<string, Kept<T>>();
  let isClosed = false;
  const isOld = ({ openedAt }: Kept<T>): boolean => isClosed || now() - openedAt >= maxAgeMs;
  const drop = (key: string, one: Kept<T>): void => {
    if (kept.get(key) === one) kept.delete(key);
    if (one.users === 0) one.value.close();
  };
  const dropOld = (): void => {
    for (const [key, one] of kept) if (isOld(one)) drop(key, one);
  };
  return {
    take(key, open) {
      dropOld();
      const one = kept.get(key) ?? { value: open(), openedAt: now(), users: 0 };
      kept.set(key, one);
      one.users++;
      return {
        value: one.value,
        free() {
          one.users--;
          if (isOld(one)) drop(key, one);
        },
      };
    },
    close() {
      isClosed = true;
      dropOld();
    },
  };
}
