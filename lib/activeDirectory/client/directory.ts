import { Fault } from "../../fault.ts";
import { retrying } from "../../net/retry.ts";
import type { AttributeName, Entry } from "./attributes.ts";
import { changesFrom, modificationFrom } from "./changes.ts";
import { Connections, type Bound, type Seams } from "./connection.ts";
import { entriesOf, type ReadRange } from "./entries.ts";
import { faultFrom, isNoSuchObject, type About } from "./errors.ts";
import { controlOf, optionsOf, pagesBelow, showDeleted, type Search, type Ways } from "./pages.ts";
import { isBelow, type DirectorySettings } from "./settings.ts";

/** What to read of one object. */
export interface Look {
  /** Its objectGUID. */
  id: string;
  attributes: readonly AttributeName[];
  /** Looks for a deleted object as well. The account of the connector may not be allowed to see those. */
  isDeletedShown?: boolean;
}

/** Active Directory, as its nouns see it. Every call uses LDAPS, is signed in, and ends in time. */
export interface Directory {
  /** The account that signs in, as the form has it. */
  readonly account: string;
  /**
   * The object with this objectGUID; undefined when the controller does not show one. Throws an `invalid` fault for an
   * object outside of the base DN.
   */
  get(look: Look): Promise<Entry | undefined>;
  /**
   * All objects below the base DN that match, page by page. A page that cannot be read, or that may not be the last
   * one, is a fault and never the end of the list.
   */
  pages(search: Search): AsyncGenerator<Entry[], void, undefined>;
  /** The same as one list. */
  list(search: Search): Promise<Entry[]>;
  /** Changes one object. After a fault of the kind `unavailable` the outcome is unknown; nothing is sent twice. */
  modify(parameters: Readonly<Record<string, unknown>>): Promise<void>;
  close(): void;
}

/** A connection that failed twice seldom succeeds. */
const maxRetries = 2;

/** A client of one domain. Nothing is sent before the first operation. */
export function activeDirectory(settings: DirectorySettings, seams: Seams): Directory {
  const { baseDn } = settings;
  const { pace } = seams;
  const connections = new Connections(settings, seams);

  async function send<T>(about: About, bound: Bound, work: () => Promise<T>): Promise<T> {
    pace.stats.requests++;
    try {
      return await work();
    } catch (thrown) {
      if (pace.signal.aborted) throw Fault.of(pace.signal.reason);
      throw faultFrom(thrown, { ...about, host: bound.host });
    }
  }

  const ways: Ways = {
    read: (what, work) =>
      retrying(pace, async () => {
        try {
          const bound = await connections.current();
          return { value: await send({ what }, bound, () => work(bound)) };
        } catch (thrown) {
          return { fault: Fault.of(thrown), maxRetries };
        }
      }),
    once: (what, bound, work) => send({ what }, bound, work),
  };

  const readRange: ReadRange = (dn, range) =>
    ways.read(`The search for ${range} of ${dn}`, async ({ client }) => {
      const { searchEntries } = await client.search(dn, { scope: "base", attributes: [range] });
      return searchEntries[0];
    });

  async function get({ id, attributes, isDeletedShown = false }: Look): Promise<Entry | undefined> {
    const options = await optionsOf({ filter: anything, attributes });
    const controls = isDeletedShown ? [await controlOf(showDeleted)] : [];
    const found = await ways.read(`The search for ${id}`, async ({ client }) => {
      try {
        const result = await client.search(placeOf(id), { ...options, scope: "base" }, controls);
        return result.searchEntries;
      } catch (thrown) {
        if (isNoSuchObject(thrown)) return [];
        throw thrown;
      }
    });
    const [entry] = await entriesOf(found, attributes, readRange);
    // Deleted objects have a place of their own.
    if (entry && !isDeletedShown && !isBelow(entry.dn, baseDn)) throw outside(entry.dn, baseDn);
    return entry;
  }

  async function* pages(search: Search): AsyncGenerator<Entry[], void, undefined> {
    for await (const page of pagesBelow(baseDn, search, ways))
      yield await entriesOf(page, search.attributes, readRange);
  }

  return {
    account: settings.username,
    get,
    pages,
    async list(search) {
      const all: Entry[] = [];
      for await (const page of pages(search)) all.push(...page);
      return all;
    },
    async modify(parameters) {
      const modification = modificationFrom(parameters);
      const changes = await changesFrom(modification);
      const bound = await connections.current();
      const about = {
        what: `The change of ${Object.keys(modification.values).join(", ")}`,
        written: Object.keys(modification.values),
        isCompared: Object.keys(modification.was).length > 0,
      };
      await send(about, bound, () => bound.client.modify(placeOf(modification.id), changes));
    },
    close: () => connections.close(),
  };
}

const anything = { attribute: "objectClass", isPresent: true } as const;

/** An object by its objectGUID, which stays the same when it is renamed or moved (MS-ADTS 3.1.1.3.1.2.4). */
function placeOf(id: string): string {
  return `<GUID=${id}>`;
}

function outside(dn: string, baseDn: string): Fault {
  return Fault.invalid(
    `${dn} is not below the base DN ${baseDn} of the configuration, so it is never changed.`,
  );
}
