import { isRecord } from "../record.ts";

type Values = Readonly<Record<string, unknown>>;

/** A field with its place: the platform sends the field `a.b` as the member `b` of an object `a`. */
interface Field {
  path: readonly string[];
  value: unknown;
}

/**
 * The mapped fields of an account. A field in an object has a name with a dot, as in the mapping. Names are not
 * case-sensitive, and keep the spelling of the mapping.
 */
export class MappedFields {
  readonly #byName = new Map<string, Field>();

  /** A value in a later source replaces that in an earlier one. */
  constructor(...sources: (Values | null | undefined)[]) {
    for (const { path, value } of sources.flatMap((source) => fieldsIn(source ?? {}))) {
      const key = keyOf(path);
      this.#byName.set(key, { path: this.#byName.get(key)?.path ?? path, value });
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
    const extended = new MappedFields();
    for (const [key, field] of this.#byName) extended.#byName.set(key, field);
    const key = name.toLowerCase();
    const path = this.#byName.get(key)?.path ?? name.split(".");
    extended.#byName.set(key, { path, value });
    return extended;
  }

  get names(): string[] {
    return this.entries.map(([name]) => name);
  }

  /** `undefined`: not mapped. `null`: mapped, without a value. */
  get(name: string): unknown {
    return this.#byName.get(name.toLowerCase())?.value;
  }

  /**
   * The same fields with the values of `account`, if it has them. A list is only used for a field that
   * is mapped as a list, because the platform cannot store a list in a text field.
   */
  filledFrom(account: Values): Record<string, unknown> {
    return this.#filled(account, (value) => value);
  }

  /** The account's values for these fields, or null: never the mapped values. */
  valuesOf(account: Values): Record<string, unknown> {
    return this.#filled(account, () => null);
  }

  #filled(account: Values, otherwise: (mapped: unknown) => unknown): Record<string, unknown> {
    const present = new Map(fieldsIn(account).map(({ path, value }) => [keyOf(path), value]));
    const filled: Record<string, unknown> = {};
    for (const [key, { path, value }] of this.#byName) {
      const found = present.get(key);
      const fits = found !== undefined && (!Array.isArray(found) || Array.isArray(value));
      place(filled, path, fits ? found : otherwise(value));
    }
    return filled;
  }

  /** The fields: name and value. */
  get entries(): [name: string, value: unknown][] {
    return [...this.#byName.values()].map(({ path, value }) => [path.join("."), value]);
  }
}

/** The name of a field without regard to case. */
export function keyOf(path: readonly string[]): string {
  return path.join(".").toLowerCase();
}

/** Every field in an object and in the objects in it. */
export function fieldsIn(values: Values): Field[] {
  return Object.entries(values).flatMap(([name, value]) =>
    isRecord(value)
      ? fieldsIn(value).map((field) => ({ ...field, path: [name, ...field.path] }))
      : [{ path: [name], value }],
  );
}

/** Also where the name is `__proto__`, which an assignment would not create. */
function place(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = "", ...rest] = path;
  const present = Object.hasOwn(into, name) ? into[name] : undefined;
  const inner = isRecord(present) ? present : {};
  if (rest.length > 0) place(inner, rest, value);
  const own = { value: rest.length > 0 ? inner : value, enumerable: true };
  Object.defineProperty(into, name, { ...own, configurable: true, writable: true });
}
