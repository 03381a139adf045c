/** A check cannot say anything, because an earlier one did not find out what it needs. */
export class NotChecked extends Error {
  /** The check that is the reason. */
  readonly because: string;

  constructor(because: string) {
    super(`Not checked, because "${because}" is not fine.`);
    this.because = because;
  }
}

/** What the checks have found out so far. Reading a fact that was not found throws `NotChecked`. */
export class Known<Facts extends object> {
  readonly #facts: Partial<Facts> = {};
  readonly #reasons = new Map<keyof Facts, string>();

  add(facts: Partial<Facts>): void {
    Object.assign(this.#facts, facts);
  }

  has(key: keyof Facts): boolean {
    return Object.hasOwn(this.#facts, key);
  }

  get<Key extends keyof Facts>(key: Key): Facts[Key] {
    if (!this.has(key)) throw new NotChecked(this.#reasons.get(key) ?? String(key));
    return this.#facts[key] as Facts[Key];
  }

  /** Names the reason for the facts of a check that it did not find. */
  explain(facts: readonly (keyof Facts)[], because: string): void {
    for (const key of facts) if (!this.#reasons.has(key)) this.#reasons.set(key, because);
  }
}
