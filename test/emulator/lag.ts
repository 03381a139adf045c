/**
 * Reads that lag: a value as it was some time ago. Writers work on the truth, which is stored
 * elsewhere; this stores only the value before each write, until readers may see the write. A key
 * identifies one value of any kind: a list of members, the permissions on one folder.
 */
export class Lag {
  /** Oldest first. */
  readonly #before = new Map<string, { until: number; value: unknown }[]>();
  #now = 0;

  /** Forgets values that readers no longer see. */
  settle(now: number): void {
    this.#now = now;
    for (const [key, values] of this.#before) {
      const left = values.filter(({ until }) => until > now);
      if (left.length === 0) this.#before.delete(key);
      else this.#before.set(key, left);
    }
  }

  /** Call this before a write: until `lagMs` from now, readers see `before`. */
  keep(key: string, before: unknown, lagMs: number): void {
    if (lagMs > 0)
      this.#before.set(key, [
        ...(this.#before.get(key) ?? []),
        { until: this.#now + lagMs, value: before },
      ]);
  }

  /** What readers see of a value that by now is `truth`. */
  seen<T>(key: string, truth: T): T {
    const oldest = this.#before.get(key)?.find(({ until }) => until > this.#now);
    // A key always has the same kind of value.
    return oldest ? (oldest.value as T) : truth;
  }

  /** The keys of which readers see an older value. */
  keys(): Iterable<string> {
    return this.#before.keys();
  }
}
