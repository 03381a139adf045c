/**
 * Reads that are behind: a value as it was some time ago. Writers work on the truth, which is kept elsewhere; this keeps only what was
 * there before each write, until the write may be seen. A key stands for one value, whatever that is: a list of members, the permissions
 * on one folder.
 */
export class Lag {
  /** Oldest first. */
  readonly #before = new Map<string, { until: number; value: unknown }[]>();
  #now = 0;

  /** Forgets what nobody is shown any more. */
  settle(now: number): void {
    this.#now = now;
    for (const [key, values] of this.#before) {
      const left = values.filter(({ until }) => until > now);
      if (left.length === 0) this.#before.delete(key);
      else this.#before.set(key, left);
    }
  }

  /** To be called before a write: until `lagMs` from now, readers are shown `before`. */
  keep(key: string, before: unknown, lagMs: number): void {
    if (lagMs > 0)
      this.#before.set(key, [
        ...(this.#before.get(key) ?? []),
        { until: this.#now + lagMs, value: before },
      ]);
  }

  /** What a reader is shown of a value that by now is `truth`. */
  seen<T>(key: string, truth: T): T {
    const oldest = this.#before.get(key)?.find(({ until }) => until > this.#now);
    // A key is only ever used for one kind of value.
    return oldest ? (oldest.value as T) : truth;
  }

  /** The keys of which readers are shown something older. */
  keys(): Iterable<string> {
    return this.#before.keys();
  }
}
