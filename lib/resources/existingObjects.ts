import { folded } from "../caseFolding.ts";
import { addressesOf, valueOf, type NamedObject } from "../exchange/namedObject.ts";
import { foldedName, type ObjectNames } from "../exchange/objectNames.ts";

/** All objects of one kind in the tenant, by key and by every name that a new object could clash with. */
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
    const names = labelled({ ...object, addresses: addressesOf(object) });
    for (const name of new Set(names)) enter(this.#byName, name, object);
  }

  withKey(key: string): readonly NamedObject[] {
    return this.#byKey.get(folded(key)) ?? [];
  }

  /** The objects that have one of these names. */
  withNames({ Name, Alias, PrimarySmtpAddress }: ObjectNames): NamedObject[] {
    const names = labelled({ Name, Alias, addresses: [PrimarySmtpAddress.toLowerCase()] });
    return [...new Set(names.flatMap((name) => this.#byName.get(name) ?? []))];
  }
}

/** The names as keys of one map, labelled because an alias does not clash with a name. */
function labelled({
  Name,
  Alias,
  addresses,
}: {
  Name: string;
  Alias: string;
  addresses: readonly string[];
}): string[] {
  return [
    `name ${foldedName(Name)}`,
    `alias ${foldedName(Alias)}`,
    ...addresses.map((address) => `address ${address}`),
  ];
}

function enter(map: Map<string, NamedObject[]>, name: string, object: NamedObject): void {
  const known = map.get(name);
  if (known) known.push(object);
  else map.set(name, [object]);
}
