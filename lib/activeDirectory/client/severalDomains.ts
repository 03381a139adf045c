import { Fault } from "../../fault.ts";
import type { Entry } from "./attributes.ts";
import { newObjectFrom, targetFrom } from "./changes.ts";
import type { Seams } from "./connection.ts";
import { activeDirectory, type Directory, type DirectorySearch, type Look } from "./directory.ts";
import { domainOf, isSameName } from "./names.ts";
import { wholeList } from "./pages.ts";
import type { DirectorySettings } from "./settings.ts";

/** A client of the domains of a form. Nothing is sent before the first operation. */
export function openDirectory(
  [first, ...others]: readonly [DirectorySettings, ...DirectorySettings[]],
  seams: Seams,
): Directory {
  const clientOf = (settings: DirectorySettings): DomainClient => ({
    baseDn: settings.baseDn,
    directory: activeDirectory(settings, seams),
  });
  const client = clientOf(first);
  return others.length === 0 ? client.directory : severalDomains([client, ...others.map(clientOf)]);
}

/** A domain, and its client. */
interface DomainClient {
  baseDn: string;
  directory: Directory;
}

/**
 * Several domains of one forest as one directory: reads go to all of them, unless the search names one, and a change
 * goes to the domain that has the object. A list is whole only when every domain has answered.
 */
function severalDomains(domains: readonly [DomainClient, ...DomainClient[]]): Directory {
  const [first] = domains;
  /** By objectGUID, which an object keeps when it is renamed or moved. */
  const owners = new Map<string, DomainClient>();

  function remember(domain: DomainClient, { objectGUID }: Entry): void {
    if (typeof objectGUID === "string") owners.set(objectGUID.toLowerCase(), domain);
  }

  /** Throws an `invalid` fault for a name of no domain of the form. */
  function domainWith(dn: string): DomainClient {
    const found = domains.find(({ baseDn }) => isSameName(domainOf(baseDn), domainOf(dn)));
    if (found) return found;
    throw Fault.invalid(
      `${dn} is in no domain of the configuration; expected one below ` +
        `${domains.map(({ baseDn }) => baseDn).join(" or ")}.`,
    );
  }

  /** A domain that cannot be asked matters only when no other one has the object. */
  async function get(look: Look): Promise<Entry | undefined> {
    const known = owners.get(look.id.toLowerCase());
    const faults: Fault[] = [];
    for (const domain of known ? [known] : domains) {
      try {
        const entry = await domain.directory.get(look);
        if (!entry) continue;
        owners.set(look.id.toLowerCase(), domain);
        return entry;
      } catch (thrown) {
        const fault = Fault.of(thrown);
        if (fault.kind !== "unavailable") throw fault;
        faults.push(fault);
      }
    }
    const [fault] = faults;
    if (fault) throw fault;
    return undefined;
  }

  async function* pages(search: DirectorySearch): AsyncGenerator<Entry[], void, undefined> {
    const { inDomainOf, isOfForest = false } = search;
    if (inDomainOf !== undefined) {
      yield* pagesIn(domainWith(inDomainOf), search);
      return;
    }
    const seen = new Set<unknown>();
    // What a domain says of its own objects comes before what the Global Catalog of the first one says of them.
    for (const domain of [...domains.slice(1), first]) {
      const isOfOthers = isOfForest && domain !== first;
      const own = isOfOthers ? { ...search, isOfForest: false, isOfDomain: true } : search;
      for await (const page of pagesIn(domain, own)) {
        yield isOfForest ? page.filter(({ objectGUID }) => !seen.has(objectGUID)) : page;
        if (isOfForest) for (const { objectGUID } of page) seen.add(objectGUID);
      }
    }
  }

  async function* pagesIn(
    domain: DomainClient,
    search: DirectorySearch,
  ): AsyncGenerator<Entry[], void, undefined> {
    for await (const page of domain.directory.pages(search)) {
      // The Global Catalog has the objects of other domains as well.
      if (search.isOfForest !== true) for (const entry of page) remember(domain, entry);
      yield page;
    }
  }

  /** The domain that has the object of a change. */
  async function ownerOf(id: string): Promise<DomainClient> {
    await get({ id, attributes: ["objectGUID"], isOnlyRead: true });
    const owner = owners.get(id.toLowerCase());
    if (owner) return owner;
    throw new Fault({
      kind: "missing",
      message: `No domain of the configuration shows the object ${id} to the connector.`,
    });
  }

  return {
    account: first.directory.account,
    get,
    pages,
    list: (search) => wholeList(pages(search)),
    async invoke(operation, parameters) {
      const isNew = operation === "add";
      const domain = isNew
        ? domainWith(newObjectFrom(parameters).parent)
        : await ownerOf(targetFrom(parameters).id);
      await domain.directory.invoke(operation, parameters);
    },
    close() {
      for (const { directory } of domains) directory.close();
    },
  };
}
