import { Fault } from "../fault.ts";
import { namesOf } from "../exchange/naming.ts";

/** The objects that an import could not read. The rest is imported, but an incomplete import has not succeeded. */
export class ImportFailures {
  readonly #what: readonly [one: string, several: string];
  readonly #found: { name: string; fault: Fault }[] = [];

  /** `what`: the kind of object, in the singular and in the plural. */
  constructor(...what: readonly [one: string, several: string]) {
    this.#what = what;
  }

  /** `name`: of the object, in messages. One that was deleted between listing and reading is not a failure. */
  add(name: string, fault: Fault): void {
    if (!(fault.kind === "missing" && fault.isProven)) this.#found.push({ name, fault });
  }

  throwIfAny(): void {
    const [first] = this.#found;
    if (!first) return;
    const { kind, requestId, message } = first.fault;
    throw new Fault({
      // One "not found" that no second look confirmed: what the import lacks is not gone.
      kind: kind === "missing" ? "unexpected" : kind,
      requestId,
      cause: first.fault,
      message:
        `The import is incomplete: ${this.#found.length} ` +
        `${this.#what[this.#found.length === 1 ? 0 : 1]} could not be read ` +
        `(${namesOf(this.#found.map(({ name }) => name))}). ${message}`,
    });
  }
}
