import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import type { Operations } from "../step.ts";
import type { AttributeName, Entry } from "./client/attributes.ts";
import type { Filter } from "./client/filter.ts";
import { isSameName, parentOf } from "./client/names.ts";
import type { DirectoryQuery } from "./target.ts";
import type { User } from "./user.ts";
import type { UserValues } from "./userValues.ts";

/** A value that no two objects share. */
export interface UniqueName {
  attribute: "sAMAccountName" | "userPrincipalName" | "mailNickname" | "address" | "cn";
  value: string;
  /** Of a common name: the distinguished name of the place where it is unique. */
  place?: string | undefined;
}

/** An object that has a name. */
export interface Holder {
  id: string;
  /** As a sentence names it: its distinguished name. */
  description: string;
  object: Entry;
}

/** What `holdersOf` sends, with these attributes. */
export function nameSearch(...attributes: readonly AttributeName[]): Operations {
  return { search: ["objectGUID", ...attributes] };
}

/**
 * The objects that have each of these names, in the order of the names: users, groups, contacts and others. Those that
 * are unique in the forest are looked for there, if the form has the Global Catalog, and the others in the domain.
 * Active Directory itself only keeps sAMAccountName and userPrincipalName unique (measured for addresses).
 */
export function holdersOf(
  names: readonly UniqueName[],
  alsoRead: readonly AttributeName[],
): DirectoryQuery<Holder[][]> {
  const attributes = ["objectGUID", ...alsoRead] as const;
  return async ({ activeDirectory }) => {
    const all: Holder[][] = [];
    for (const name of names) {
      const found = await activeDirectory.list({
        filter: filterFor(name),
        attributes,
        ...(ofForest.includes(name.attribute) ? { isOfForest: true } : { isOfDomain: true }),
      });
      const isThere = ({ dn }: Entry): boolean =>
        name.place === undefined || isSameName(parentOf(dn), name.place);
      all.push(
        found.filter(isThere).map((object) => ({
          id: String(object["objectGUID"]),
          description: object.dn,
          object,
        })),
      );
    }
    return all;
  };
}

/** The catalogue has these of every object; Exchange setup adds mailNickname and proxyAddresses (documented). */
const ofForest: readonly UniqueName["attribute"][] = [
  "userPrincipalName",
  "mailNickname",
  "address",
];

function filterFor({ attribute, value }: UniqueName): Filter {
  if (attribute !== "address") return { attribute, equals: value };
  return {
    any: [
      { attribute: "mail", equals: value },
      { attribute: "proxyAddresses", equals: `smtp:${value}` },
      { attribute: "userPrincipalName", equals: value },
    ],
  };
}

/** The addresses in values, each as a name that no two objects share. */
export function addressesIn({ proxyAddresses }: UserValues): UniqueName[] {
  const entries = Array.isArray(proxyAddresses) ? proxyAddresses.map(String) : [];
  return entries.map((entry) => ({ attribute: "address", value: entry.replace(/^smtp:/i, "") }));
}

/**
 * Throws a `taken` fault when another object has an address that a user is to have: Active Directory would let two have
 * it (measured), and the synchronisation would stop at it.
 */
export function assertAddressesFree({ id }: User, values: UserValues): DirectoryQuery<void> {
  return assertFree(addressesIn(values), id);
}

/** Throws a `taken` fault when an object has one of these names, unless it is the one with this ID. */
export function assertFree(
  names: readonly UniqueName[],
  exceptId: string | undefined,
): DirectoryQuery<void> {
  return async (targets) => {
    const holders = await holdersOf(names, [])(targets);
    for (const [index, { attribute, value }] of names.entries()) {
      const other = holders[index]?.find(({ id }) => id !== exceptId);
      if (other)
        throw new Fault({
          kind: "taken",
          message:
            `The ${attribute} ${quoted(value)} of the account belongs to ${other.description}; expected one that no ` +
            "one has.",
        });
    }
  };
}
