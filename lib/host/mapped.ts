import { Fault } from "../fault.ts";

/** The mapped fields of an account. Names are matched without regard to case, and keep the spelling of the mapping. */
export class MappedFields {
  readonly #byName = new Map<string, { name: string; value: unknown }>();

  /** `sources` in rising order of authority: a later one's value replaces an earlier one's. */
  constructor(...sources: (Readonly<Record<string, unknown>> | null | undefined)[]) {
    for (const source of sources) {
      for (const [name, value] of Object.entries(source ?? {})) {
        this.#byName.set(name.toLowerCase(), { name: this.#byName.get(name.toLowerCase())?.name ?? name, value });
      }
    }
  }

  /** The same fields and one more, without a value. */
  with(name: string): MappedFields {
    return new MappedFields(Object.fromEntries([...[...this.#byName.values()].map((field) => [field.name, field.value] as const), [name, null]]));
  }

  get names(): string[] {
    return [...this.#byName.values()].map(({ name }) => name);
  }

  /** `undefined`: not mapped. `null`: mapped, without a value. */
  get(name: string): unknown {
    return this.#byName.get(name.toLowerCase())?.value;
  }

  /**
   * A true-or-false field: the mapping can only give texts. `undefined`: not mapped, or mapped without a value.
   * Throws an `invalid` fault for any other text.
   */
  flag(name: string): boolean | undefined {
    const value = this.get(name) ?? "";
    if (typeof value === "boolean") return value;
    const text = typeof value === "string" ? value.trim().toLowerCase() : typeof value;
    if (text === "") return undefined;
    if (text === "true" || text === "false") return text === "true";
    throw new Fault({ kind: "invalid", message: `The mapping of ${name} gives ${typeof value === "string" ? `a text of ${value.length} characters` : `a value of type ${typeof value}`}; expected true or false.` });
  }

  /**
   * The same fields with the values of `account` where it has them. A list is taken over only for a field that is mapped
   * as one, because the platform cannot hold a list in a text field; an object never, and none is replaced: it holds the
   * fields whose names have a dot.
   */
  filledFrom(account: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const values = new Map(Object.entries(account).map(([name, value]) => [name.toLowerCase(), value]));
    return Object.fromEntries([...this.#byName].map(([key, { name, value }]) => {
      const found = values.get(key);
      const fits = found !== undefined && !isRecord(found) && !isRecord(value) && (!Array.isArray(found) || Array.isArray(value));
      return [name, fits ? found : value];
    }));
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
