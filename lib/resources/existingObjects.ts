import { folded } from "../caseFolding.ts";
import { addressesOf, type NamedObject } from "../exchange/creation.ts";
import { foldedName, type ObjectNames } from "../exchange/objectNames.ts";

/** What the tenant has of one kind, by key and by every name that a new object could clash with. */
export class ExistingObjects {
  readonly #keyAttribute: string;
  readonly #byKey = new Map<string, NamedObject[]>();
  readonly #byName = new Map<string, NamedObject[]>();

  /** `keyAttribute`: the attribute that holds the key. */
  constructor(keyAttribute: string) {
    this.#keyAttribute = keyAttribute;
  }

  add(object: NamedObject): void {
    const key = valueOf(object, this.#keyAttribute);
    if (key !== "") enter(this.#byKey, folded(key), object);
    for (const name of new Set([
      `name ${foldedName(object.Name)}`,
      `alias ${foldedName(object.Alias)}`,
      ...addressesOf(object).map((address) => `address ${address}`),
    ]))
      enter(this.#byName, name, object);
  }

  withKey(key: string): readonly NamedObject[] {
    return this.#byKey.get(folded(key)) ?? [];
  }

  /** Those that a new object of these names would clash with. */
  holding({ Name, Alias, PrimarySmtpAddress }: ObjectNames): NamedObject[] {
    const names = [
      `name ${foldedName(Name)}`,
      `alias ${foldedName(Alias)}`,
      `address ${PrimarySmtpAddress.toLowerCase()}`,
    ];
    return [...new Set(names.flatMap((name) => this.#byName.get(name) ?? []))];
  }
}

function enter(map: Map<string, NamedObject[]>, name: string, object: NamedObject): void {
  const known = map.get(name);
  if (known) known.push(object);
  else map.set(name, [object]);
}

/** The text of an attribute; blank when it has none. */
export function valueOf(object: NamedObject, attribute: string): string {
  const value = object[attribute];
  return typeof value === "string" ? value.trim() : "";
}
