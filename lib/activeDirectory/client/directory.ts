import { Fault } from "../../fault.ts";
import { retrying } from "../../net/retry.ts";
import type { AttributeName, Entry } from "./attributes.ts";
import {
  attributesFrom,
  changesFrom,
  modificationFrom,
  nameChange,
  newObjectFrom,
  targetFrom,
  type Operation,
  type Parameters,
} from "./changes.ts";
import { Connections, type Bound, type Seams } from "./connection.ts";
import { entriesOf, type ReadRange } from "./entries.ts";
import { faultFrom, isNoSuchObject, isReferral, type About } from "./errors.ts";
import { domainOf, isBelow, relativeName } from "./names.ts";
import {
  controlOf,
  optionsOf,
  pagesBelow,
  showDeleted,
  wholeList,
  type Search,
  type Ways,
} from "./pages.ts";
import type { DirectorySettings } from "./settings.ts";

/** What to read of one object. */
export interface Look {
  /** Its objectGUID. */
  id: string;
  attributes: readonly AttributeName[];
  /** Looks for a deleted object as well. The account of the connector may not be allowed to see those. */
  isDeletedShown?: boolean;
  /** The object is not going to be changed, so it may be outside of the base DN. */
  isOnlyRead?: boolean;
}

/**
 * A search below the base DN, in its whole domain, or in the whole forest, if the form has the Global Catalog, and
 * otherwise in the domain. The catalogue has only some attributes of the objects of other domains. A search in the
 * forest requests the objectGUID.
 */
export interface DirectorySearch extends Search {
  isOfDomain?: boolean;
  isOfForest?: boolean;
  /** Of several domains only that of this name. */
  inDomainOf?: string;
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
  pages(search: DirectorySearch): AsyncGenerator<Entry[], void, undefined>;
  /** The same as one list. */
  list(search: DirectorySearch): Promise<Entry[]>;
  /**
   * Changes one object, or adds one. After a fault of the kind `unavailable` the outcome is unknown; nothing is sent
   * twice. Throws an `invalid` fault for an object or a place outside of the base DN.
   */
  invoke(operation: Operation, parameters: Parameters): Promise<void>;
  close(): void;
}

/** A connection that failed twice seldom succeeds. */
const maxRetries = 2;

/** A client of one domain. Nothing is sent before the first operation. */
export function activeDirectory(settings: DirectorySettings, seams: Seams): Directory {
  const { baseDn } = settings;
  const { pace } = seams;
  const connections = new Connections(settings, seams);
  const { globalCatalogPort: port } = settings;
  const ofCatalogue =
    port === undefined ? undefined : new Connections({ ...settings, port }, seams);

  async function send<T>(about: About, bound: Bound, work: () => Promise<T>): Promise<T> {
    pace.stats.requests++;
    try {
      return await work();
    } catch (thrown) {
      if (pace.signal.aborted) throw Fault.of(pace.signal.reason);
      throw faultFrom(thrown, { ...about, host: bound.host });
    }
  }

  const waysOver = (own: Connections): Ways => ({
    read: (what, work) =>
      retrying(pace, async () => {
        try {
          const bound = await own.current();
          return { value: await send({ what }, bound, () => work(bound)) };
        } catch (thrown) {
          return { fault: Fault.of(thrown), maxRetries };
        }
      }),
    once: (what, bound, work) => send({ what }, bound, work),
  });
  const ways = waysOver(connections);

  const readRange: ReadRange = (dn, range) =>
    ways.read(`The search for ${range} of ${dn}`, async ({ client }) => {
      const { searchEntries } = await client.search(dn, { scope: "base", attributes: [range] });
      return searchEntries[0];
    });

  async function get(look: Look): Promise<Entry | undefined> {
    const { id, attributes, isDeletedShown = false, isOnlyRead = isDeletedShown } = look;
    const options = await optionsOf({ filter: anything, attributes });
    const controls = isDeletedShown ? [await controlOf(showDeleted)] : [];
    const found = await ways.read(`The search for ${id}`, async ({ client }) => {
      try {
        const result = await client.search(placeOf(id), { ...options, scope: "base" }, controls);
        return result.searchEntries;
      } catch (thrown) {
        if (isNoSuchObject(thrown) || (settings.hasOthers && isReferral(thrown))) return [];
        throw thrown;
      }
    });
    const [entry] = await entriesOf(found, attributes, readRange);
    // Deleted objects have a place of their own.
    if (entry && !isOnlyRead) assertInside(entry.dn);
    return entry;
  }

  function assertInside(dn: string): void {
    if (isBelow(dn, baseDn)) return;
    throw Fault.invalid(
      `${dn} is not below the base DN ${baseDn} of the configuration, so it is never changed.`,
    );
  }

  async function* pages(search: DirectorySearch): AsyncGenerator<Entry[], void, undefined> {
    const { isOfDomain = false, isOfForest = false, attributes } = search;
    const seen = new Set<unknown>();
    const place = isOfDomain || isOfForest ? domainOf(baseDn) : baseDn;
    for await (const page of pagesBelow(place, search, ways)) {
      const entries = await entriesOf(page, attributes, readRange);
      if (isOfForest) for (const { objectGUID } of entries) seen.add(objectGUID);
      yield entries;
    }
    if (!isOfForest || ofCatalogue === undefined) return;
    for await (const page of pagesBelow(wholeForest, search, waysOver(ofCatalogue))) {
      const entries = await entriesOf(page, attributes, readRange);
      yield entries.filter(({ objectGUID }) => !seen.has(objectGUID));
    }
  }

  /** Sends a change on one connection, once. */
  async function once<T>(about: About, work: (bound: Bound) => Promise<T>): Promise<T> {
    const bound = await connections.current();
    return await send(about, bound, () => work(bound));
  }

  const operations: Record<Operation, (parameters: Parameters) => Promise<void>> = {
    async add(parameters) {
      const { parent, cn, values } = newObjectFrom(parameters);
      assertInside(parent);
      const attributes = await attributesFrom(values);
      const dn = `${relativeName(cn)},${parent}`;
      const about = { what: `The creation of ${dn}`, isCreation: true, place: parent };
      await once(about, ({ client }) => client.add(dn, attributes));
    },
    async modify(parameters) {
      const { id, values, was } = modificationFrom(parameters);
      const changes = await changesFrom({ values, was });
      const written = Object.keys(values);
      const isCompared = Object.keys(was).length > 0;
      const about = { what: `The change of ${written.join(", ")}`, written, isCompared };
      await once(about, ({ client }) => client.modify(placeOf(id), changes));
    },
    async move(parameters) {
      const { id, values } = targetFrom(parameters);
      const parent = String(values["parent"]);
      assertInside(parent);
      const dn = `${relativeName(String(values["cn"]))},${parent}`;
      const about = { what: `The move to ${dn}`, written: ["cn", "name"], place: parent };
      await once(about, ({ client }) => client.modifyDN(placeOf(id), dn));
    },
    addMember: (parameters) => changeList("add", "member", parameters),
    removeMember: (parameters) => changeList("delete", "member", parameters),
    addDelegate: (parameters) => changeList("add", "publicDelegates", parameters),
    removeDelegate: (parameters) => changeList("delete", "publicDelegates", parameters),
    async delete(parameters) {
      const { id } = targetFrom(parameters);
      const about = { what: `The deletion of ${id}`, isDeletion: true };
      await once(about, ({ client }) => client.del(placeOf(id)));
    },
  };

  async function changeList(
    operation: "add" | "delete",
    list: "member" | "publicDelegates",
    parameters: Parameters,
  ): Promise<void> {
    const { id, values } = targetFrom(parameters);
    const changes = await nameChange(operation, list, String(values[list]));
    const about = { what: `The change of ${list}`, written: [list] };
    await once(about, ({ client }) => client.modify(placeOf(id), changes));
  }

  return {
    account: settings.username,
    get,
    pages,
    list: (search) => wholeList(pages(search)),
    invoke: (operation, parameters) => operations[operation](parameters),
    close() {
      connections.close();
      ofCatalogue?.close();
    },
  };
}

/** The base of a search in the Global Catalog that leaves out no domain (documented). */
const wholeForest = "";

const anything = { attribute: "objectClass", isPresent: true } as const;

/**
 * An object by its objectGUID, which stays the same when it is renamed or moved (MS-ADTS 3.1.1.3.1.2.4). Every request
 * takes it instead of a name (measured).
 */
function placeOf(id: string): string {
  return `<GUID=${id}>`;
}
