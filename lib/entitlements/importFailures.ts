import { Fault } from "../fault.ts";
import { nameOf, namesOf, type Identified } from "../exchange/naming.ts";

/**
 * What an import could not read. The rest is imported all the same; but an import that lacks something has not
 * succeeded.
 */
export class ImportFailures {
  readonly #what: readonly [one: string, several: string];
  readonly #found: { name: string; fault: Fault }[] = [];

  /** `what`: the kind of object, in the singular and in the plural. */
  constructor(...what: readonly [one: string, several: string]) {
    this.#what = what;
  }

  /** An object that went away between listing and reading has nothing to be imported. */
  add(object: Identified, fault: Fault): void {
    if (fault.kind !== "missing") this.#found.push({ name: nameOf(object), fault });
  }

  throwIfAny(): void {
    const [first] = this.#found;
    if (!first) return;
    const { kind, requestId, message } = first.fault;
    throw new Fault({
      kind,
      requestId,
      cause: first.fault,
      message:
        `The import is not complete: ${this.#found.length} ` +
        `${this.#what[this.#found.length === 1 ? 0 : 1]} could not be read ` +
        `(${namesOf(this.#found.map(({ name }) => name))}). ${message}`,
    });
  }
}
