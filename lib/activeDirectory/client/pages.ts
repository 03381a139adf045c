import type { Control } from "ldapts";
import { Fault } from "../../fault.ts";
import { binaryAttributes, type AttributeName } from "./attributes.ts";
import type { Bound } from "./connection.ts";
import type { RawEntry } from "./entries.ts";
import { ldapFilter, type Filter } from "./filter.ts";

export interface Search {
  filter: Filter;
  attributes: readonly AttributeName[];
}

/** Sends to the directory, and converts what is thrown to a fault. A `read` is repeated when its connection is lost. */
export interface Ways {
  read<T>(what: string, send: (bound: Bound) => Promise<T>): Promise<T>;
  once<T>(what: string, bound: Bound, send: () => Promise<T>): Promise<T>;
}

/** LDAP_SERVER_DOMAIN_SCOPE_OID (documented): no references to other domains in addition to the results. */
const domainScope = "1.2.840.113556.1.4.1339";
/** LDAP_SERVER_SHOW_DELETED_OID (documented). */
export const showDeleted = "1.2.840.113556.1.4.417";
const pageSize = 500;
/** No number of objects below 249,500 is a multiple of both. */
const otherPageSize = 499;

/** The options of the library for a search. */
export async function optionsOf({ filter, attributes }: Search) {
  const library = await import("ldapts");
  return {
    filter: ldapFilter(filter, library),
    attributes: [...attributes],
    explicitBufferAttributes: binaryAttributes,
  };
}

/** A control without a value, that a controller must not ignore. */
export async function controlOf(oid: string): Promise<Control> {
  const { Control } = await import("ldapts");
  return new Control(oid, { critical: true });
}

/** The objects of all pages as one list. */
export async function wholeList<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** Every object below `baseDn` that matches, page by page, or a fault. */
export async function* pagesBelow(
  baseDn: string,
  search: Search,
  ways: Ways,
): AsyncGenerator<RawEntry[], void, undefined> {
  const what = baseDn === "" ? "The search in the Global Catalog" : `The search below ${baseDn}`;
  let count = 0;
  for await (const { page, bound } of pagesOf(baseDn, search, { ...ways, what, pageSize })) {
    if (page.length === 0 && count > 0) {
      await assertWhole(baseDn, search, { ...ways, what, count, bound });
      return;
    }
    count += page.length;
    yield page;
  }
  if (count > 0) return;
  // The library ends a list at an empty page, also when more follow, and does not show which it was (measured). So an
  // empty list is looked at once more, without pages.
  const options = { ...(await optionsOf(search)), scope: "sub" as const };
  const controls = [await controlOf(domainScope)];
  await ways.read(what, async (other) => {
    const again = await other.client.search(baseDn, { ...options, sizeLimit: 1 }, controls);
    if (again.searchEntries.length > 0) throw endedEarly(what, other);
  });
}

/**
 * Throws a fault unless a list that ended with an empty page is whole. It ends so when its length is a multiple of the
 * page size (measured with Samba), and also when the controller has an empty page in the middle (allowed by RFC 2696),
 * after which the library stops. Pages of another size decide: they end with an object, and are as many.
 */
async function assertWhole(
  baseDn: string,
  { filter }: Search,
  { count, bound, ...rest }: Ways & { what: string; count: number; bound: Bound },
): Promise<void> {
  let again = 0;
  let last = 0;
  const search: Search = { filter, attributes: ["objectGUID"] };
  for await (const { page } of pagesOf(baseDn, search, { ...rest, pageSize: otherPageSize })) {
    last = page.length;
    again += last;
  }
  if (last === 0 || again !== count) throw endedEarly(rest.what, bound);
}

async function* pagesOf(
  baseDn: string,
  search: Search,
  { read, once, what, pageSize }: Ways & { what: string; pageSize: number },
): AsyncGenerator<{ page: RawEntry[]; bound: Bound }, void, undefined> {
  const options = { ...(await optionsOf(search)), scope: "sub" as const };
  const controls = [await controlOf(domainScope)];
  // The first page is read again after a lost connection. The cookie of the others belongs to their connection.
  const { bound, rest, first } = await read(what, async (bound) => {
    const rest = bound.client.searchPaginated(
      baseDn,
      { ...options, paged: { pageSize } },
      controls,
    );
    return { bound, rest, first: await rest.next() };
  });
  let page = first;
  while (!page.done) {
    const { searchEntries, searchReferences } = page.value;
    if (searchReferences.length > 0) throw elsewhere(what, bound);
    yield { page: searchEntries, bound };
    page = await once(what, bound, () => rest.next());
  }
}

function endedEarly(what: string, { host }: Bound): Fault {
  return new Fault({
    kind: "unavailable",
    message: `${what} on ${host} ended with an empty page, so its list may not be complete.`,
  });
}

function elsewhere(what: string, { host }: Bound): Fault {
  return Fault.invalid(
    `${what} on ${host} has a part in another domain; expected a base DN within one domain.`,
  );
}
