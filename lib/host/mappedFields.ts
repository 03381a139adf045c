import { isRecord } from "../record.ts";

/** The mapped fields of an account. Names are not case-sensitive, and keep the spelling of the mapping. */
export class MappedFields {
  readonly #byName = new Map<string, { name: string; value: unknown }>();

  /** A value in a later source replaces that in an earlier one. */
  constructor(...sources: (Readonly<Record<string, unknown>> | null | undefined)[]) {
    for (const source of sources) {
      for (const [name, value] of Object.entries(source ?? {})) {
        this.#byName.set(name.toLowerCase(), {
          name: this.#byName.get(name.toLowerCase())?.name ?? name,
          value,
        });
      }
    }
  }

  /** The same fields, with this value for `name` unless it is mapped with a value. */
  withDefault(name: string, value: unknown): MappedFields {
    const mapped = this.get(name);
    if (
      mapped !== undefined &&
      mapped !== null &&
      !(typeof mapped === "string" && mapped.trim() === "")
    )
      return this;
    return new MappedFields(Object.fromEntries(this.entries), { [name]: value });
  }

  get names(): string[] {
    return [...this.#byName.values()].map(({ name }) => name);
  }

  /** `undefined`: not mapped. `null`: mapped, without a value. */
  get(name: string): unknown {
    return this.#byName.get(name.toLowerCase())?.value;
  }

  /**
   * The same fields with the values of `account`, if it has them. A list is only used for a field that
   * is mapped as a list, because the platform cannot store a list in a text field. Objects are neither
   * used nor replaced: they contain the fields whose names have a dot.
   */
  filledFrom(account: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.#filled(account, (value) => value);
  }

  /** The account's values for these fields, or null: never the mapped values. */
  valuesOf(account: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.#filled(account, () => null);
  }

  #filled(
    account: Readonly<Record<string, unknown>>,
    otherwise: (mapped: unknown) => unknown,
  ): Record<string, unknown> {
    const values = new Map(
      Object.entries(account).map(([name, value]) => [name.toLowerCase(), value]),
    );
    return Object.fromEntries(
      [...this.#byName].map(([key, { name, value }]) => {
        const found = values.get(key);
        const fits =
          found !== undefined &&
          !isRecord(found) &&
          !isRecord(value) &&
          (!Array.isArray(found) || Array.isArray(value));
        return [name, fits ? found : otherwise(value)];
      }),
    );
  }

  /** The fields that have a value: name and value. */
  get entries(): [name: string, value: unknown][] {
    return [...this.#byName.values()].map(({ name, value }) => [name, value]);
  }
}
