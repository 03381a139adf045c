import { Fault } from "../../fault.ts";
import { SeenIds } from "../../seenIds.ts";
import { retrying, type Try } from "../../net/retry.ts";
import type { About } from "./errors.ts";
import type { Endpoint, Seams } from "./endpoint.ts";
import { headersOf, queryTextOf, type Query } from "./odata.ts";
import { isList, pathOf, takesOptions, type ReadOperation } from "./operations.ts";
import type { KeptPages } from "./keptPages.ts";
import { isExpired, readPage, type GraphObject, type Page } from "./replies.ts";

/** One read: the operation, the IDs of its path, and what to return. */
export interface Read<Operation extends ReadOperation = ReadOperation> {
  operation: Operation;
  /** By placeholder. */
  ids?: Readonly<Record<string, string>>;
  query: Query;
}

/** One page of a read. It can be empty, also when it is not the last one. */
export interface ObjectPage {
  objects: GraphObject[];
  isLast: boolean;
}

/** The token of a next page has expired. */
const expired = "expired";
/** A reader that is too slow for one list again and again will not become faster. */
const maxRestarts = 5;

/** Path and query of a read, relative to the version. */
export function whereOf({ operation, ids = {}, query }: Read): string {
  const path = pathOf(operation, ids);
  return takesOptions(operation) ? `${path}?${queryTextOf(query)}` : path;
}

export function aboutRead({ operation, ids = {} }: Read): About {
  return { operation, ids: Object.values(ids) };
}

/** The ways to a page. */
export interface Ways {
  endpoint: Endpoint;
  kept: KeptPages;
  seams: Seams;
}

/**
 * All pages of a read. `first` is the first one, if it arrived in a batch. Graph's own links are followed unchanged,
 * with the same headers. When the token of a page expires, the list is read again from the start, and no object is
 * yielded twice.
 */
export async function* pagesOf(
  read: Read,
  { endpoint, kept, seams: { pace, clock } }: Ways,
  first?: Page,
): AsyncGenerator<ObjectPage, void, undefined> {
  const start = endpoint.urlOf(whereOf(read));
  const headers = headersOf(read.query);
  const about = aboutRead(read);

  async function pageAt(url: string, after?: number): Promise<Page | typeof expired> {
    const continued = url !== start;
    const asked = { read, url, continued, after };
    const known = await kept.take(asked);
    if (known) return known;
    return await retrying(pace, async (): Promise<Try<Page | typeof expired>> => {
      const reply = await endpoint.send({ method: "GET", url, headers });
      if ("fault" in reply) return reply;
      if (continued && isExpired(reply)) return { value: expired };
      const how = { isList: isList(read.operation), now: clock() };
      return kept.keep(asked, reply, readPage(reply, about, how));
    }).catch((thrown: unknown) => {
      throw continued ? notTheEnd(Fault.of(thrown), about) : thrown;
    });
  }

  const known = new SeenIds();
  let page = first ?? (await pageAt(start));
  let links = new Set([start]);
  for (let restarts = 0; ;) {
    if (page === expired) {
      if (++restarts > maxRestarts) throw tooSlow(about);
      links = new Set([start]);
      page = await pageAt(start);
      continue;
    }
    const objects = page.objects.filter(({ id }) => known.add(id));
    yield { objects, isLast: page.nextLink === undefined };
    if (page.nextLink === undefined) return;
    const next = endpoint.assertOwn(page.nextLink);
    if (links.has(next)) throw twice(about);
    links.add(next);
    page = await pageAt(next, page.id);
  }
}

/** While there is more to come, "does not exist" is not a finding: half a list would pass for the whole. */
function notTheEnd(fault: Fault, { operation }: About): Fault {
  if (fault.kind !== "missing" && fault.kind !== "noEntry") return fault;
  return new Fault({
    kind: "unexpected",
    message: `The next page of ${operation} cannot be read. ${fault.message}`,
    cause: fault,
    requestId: fault.requestId,
  });
}

function twice({ operation }: About): Fault {
  return new Fault({
    kind: "unexpected",
    message: `Microsoft Graph returned the same page of ${operation} twice; the list would never be complete.`,
  });
}

function tooSlow({ operation }: About): Fault {
  return new Fault({
    kind: "unavailable",
    message: `The pages of ${operation} expired ${maxRestarts + 1} times before the list was complete.`,
  });
}
