/**
 * Reads that lag: a value as it was some time ago. Writers work on the truth, which is stored
 * elsewhere; this stores only the value before each write, until readers may see the write. A key
 * identifies one value of any kind: a list of members, the permissions on one folder. How late a
 * reader sees a write depends on the value, and on the domain controller that answers.
 */
export class Lag {
  /** Oldest first. */
  readonly #before = new Map<string, { at: number; lagMs: number; value: unknown }[]>();
  #now = 0;
  /** The lag of the controller that answers now, and the maximum of all of them. */
  #controllerMs = 0;
  #maxControllerMs = 0;

  /** Sets the time and the controller, and forgets values that no reader sees any more. */
  settle(now: number, controllerMs = 0, maxControllerMs = 0): void {
    this.#now = now;
    this.#controllerMs = controllerMs;
    this.#maxControllerMs = maxControllerMs;
    for (const [key, values] of this.#before) {
      const left = values.filter(({ at, lagMs }) => at + lagMs + maxControllerMs > now);
      if (left.length === 0) this.#before.delete(key);
      else this.#before.set(key, left);
    }
  }

  /** Call this before a write: until `lagMs` from now, readers see `before`. */
  keep(key: string, before: unknown, lagMs: number): void {
    if (lagMs + this.#maxControllerMs > 0)
      this.#before.set(key, [
        ...(this.#before.get(key) ?? []),
        { at: this.#now, lagMs, value: before },
      ]);
  }

  /** Whether a change of that time is not visible yet. */
  hides(at: number, lagMs: number): boolean {
    return at + lagMs + this.#controllerMs > this.#now;
  }

  /** Whether a change of that time is visible on every controller. */
  isOver(at: number, lagMs: number): boolean {
    return at + lagMs + this.#maxControllerMs <= this.#now;
  }

  /** What readers see of a value that by now is `truth`. */
  seen<T>(key: string, truth: T): T {
    const oldest = this.#before.get(key)?.find(({ at, lagMs }) => this.hides(at, lagMs));
    // A key always has the same kind of value.
    return oldest ? (oldest.value as T) : truth;
  }

  /** The keys of which readers may see an older value. */
  keys(): Iterable<string> {
    return this.#before.keys();
  }

  get isEmpty(): boolean {
    return this.#before.size === 0;
  }
}
