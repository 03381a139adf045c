import type { Filter as LdapFilter } from "ldapts";
import type { AttributeName } from "./attributes.ts";

/**
 * What a search looks for. Filters are objects and never texts: in a text, the library sends each byte of 128 or more
 * as two (measured with 8.2.0 and 9.2.0), so that most GUIDs find nothing; and a value needs no escaping.
 */
export type Filter =
  | { attribute: AttributeName | "objectClass" | "objectCategory"; equals: string | Buffer }
  | { attribute: AttributeName | "objectClass"; isPresent: true }
  /** Values of the attribute lead to this object, directly or over others. */
  | { attribute: "memberOf"; leadsTo: string }
  | { all: readonly Filter[] }
  | { any: readonly Filter[] }
  | { not: Filter };

type Library = Pick<
  typeof import("ldapts"),
  "AndFilter" | "EqualityFilter" | "ExtensibleFilter" | "NotFilter" | "OrFilter" | "PresenceFilter"
>;

/** LDAP_MATCHING_RULE_IN_CHAIN (documented). */
const inChain = "1.2.840.113556.1.4.1941";

/** A filter as the library sends it. */
export function ldapFilter(filter: Filter, library: Library): LdapFilter {
  const { AndFilter, EqualityFilter, ExtensibleFilter, NotFilter, OrFilter, PresenceFilter } =
    library;
  const each = (parts: readonly Filter[]): LdapFilter[] =>
    parts.map((part) => ldapFilter(part, library));
  if ("all" in filter) return new AndFilter({ filters: each(filter.all) });
  if ("any" in filter) return new OrFilter({ filters: each(filter.any) });
  if ("not" in filter) return new NotFilter({ filter: ldapFilter(filter.not, library) });
  const { attribute } = filter;
  if ("leadsTo" in filter)
    return new ExtensibleFilter({ matchType: attribute, rule: inChain, value: filter.leadsTo });
  if ("isPresent" in filter) return new PresenceFilter({ attribute });
  return new EqualityFilter({ attribute, value: filter.equals });
}
