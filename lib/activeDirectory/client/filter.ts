import type { Filter as LdapFilter } from "ldapts";
import type { AttributeName } from "./attributes.ts";

/**
 * What a search looks for. Filters are objects and never texts: in a text, the library sends each byte of 128 or more
 * as two (measured with 8.2.0 and 9.2.0), so that most GUIDs find nothing; and a value needs no escaping.
 */
export type Filter =
  | { attribute: AttributeName | "objectClass" | "objectCategory"; equals: string | Buffer }
  | { attribute: AttributeName | "objectClass"; isPresent: true }
  | { all: readonly Filter[] }
  | { any: readonly Filter[] }
  | { not: Filter };

type Library = Pick<
  typeof import("ldapts"),
  "AndFilter" | "EqualityFilter" | "NotFilter" | "OrFilter" | "PresenceFilter"
>;

/** A filter as the library sends it. */
export function ldapFilter(filter: Filter, library: Library): LdapFilter {
  const { AndFilter, EqualityFilter, NotFilter, OrFilter, PresenceFilter } = library;
  const each = (parts: readonly Filter[]): LdapFilter[] =>
    parts.map((part) => ldapFilter(part, library));
  if ("all" in filter) return new AndFilter({ filters: each(filter.all) });
  if ("any" in filter) return new OrFilter({ filters: each(filter.any) });
  if ("not" in filter) return new NotFilter({ filter: ldapFilter(filter.not, library) });
  const { attribute } = filter;
  if ("isPresent" in filter) return new PresenceFilter({ attribute });
  return new EqualityFilter({ attribute, value: filter.equals });
}
