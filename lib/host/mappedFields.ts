import { isRecord } from "./schemaContract.ts";

/** The mapped fields of an account. Names are matched without regard to case, and keep the spelling of the mapping. */
export class MappedFields {
  readonly #byName = new Map<string, { name: string; value: unknown }>();

  /** `sources` in rising order of authority: a later one's value replaces an earlier one's. */
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

  /** The same fields, and this one with this value unless it is mapped with one. */
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
   * The same fields with the values of `account` where it has them. A list is taken over only for a
   * field that is mapped as one, because the platform cannot hold a list in a text field; an object
   * never, and none is replaced: it holds the fields whose names have a dot.
   */
  filledFrom(account: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.#filled(account, (value) => value);
  }

  /** The values the account has for these fields, and null where it has none: never what is mapped. */
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
