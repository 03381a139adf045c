/** A name as lists are compared: without white space around it and without regard to case. */
export function nameKey(name: string): string {
  return name.trim().toLowerCase();
}

/** The names for which rows of long lists are kept, and when all of them are known. */
export class WantedNames {
  readonly #keys = new Set<string>();
  #complete: () => void = () => undefined;
  /** Resolves when no name is missing. */
  readonly areComplete = new Promise<void>((resolve) => (this.#complete = resolve));

  add(names: readonly string[]): void {
    for (const name of names) this.#keys.add(nameKey(name));
  }

  /** No name is missing for now. Those that follow later are for lists that are read later. */
  complete(): void {
    this.#complete();
  }

  /** A blank name is no one's. */
  has(name: string): boolean {
    const key = nameKey(name);
    return key !== "" && this.#keys.has(key);
  }
}
