import type { Operations } from "../step.ts";
import type { AttributeName } from "./client/attributes.ts";
import type { Entry } from "./client/attributes.ts";
import type { Filter } from "./client/filter.ts";
import { isSameName, parentOf } from "./client/names.ts";
import type { DirectoryQuery } from "./target.ts";

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
 * The objects of the domain that have each of these names, in the order of the names: users, groups, contacts and
 * others. Active Directory itself only keeps sAMAccountName and userPrincipalName unique (measured for addresses).
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
        isOfDomain: true,
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
