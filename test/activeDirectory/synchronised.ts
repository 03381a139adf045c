/**
 * Accounts and groups of a real directory with what the synchronisation brings to the emulated cloud, which is put into
 * the tenant: no one plays the synchronisation itself.
 */
import { guidBytes } from "../../lib/activeDirectory/client/attributes.ts";
import type { DirectoryObject, State } from "../emulator/state.ts";
import type { EntraBench } from "../lifecycle/entra/entraBench.ts";
import { attributeIn, modifyDatabase, type Samba } from "./samba.ts";
import { people, person } from "./sambaContent.ts";

/** An object of the directory, and the Guid that Exchange Online has of it. */
export interface Known {
  name: string;
  dn: string;
  /** The objectGUID. */
  id: string;
  guid: string;
  objectId: string;
}

/** An object that is in the cloud as well; `own`: the properties that differ from a usual one. */
export type Brought = Known & { own?: DirectoryObject };

/** Active Directory masters it. */
export const synced = { IsDirSynced: true };

export class Synchronised {
  readonly #samba: Samba;
  readonly #bench: EntraBench;
  /** The start of the names, so that test files have their own. */
  readonly #start: string;
  #count = 0;

  constructor(samba: Samba, bench: EntraBench, start: string) {
    this.#samba = samba;
    this.#bench = bench;
    this.#start = start;
  }

  newPerson(parent = people, more = ""): Known {
    const name = `${this.#start} ${++this.#count}`;
    modifyDatabase(this.#samba.folder, person(name, parent) + more);
    return this.#known(name, `CN=${name},${parent}`);
  }

  newGroup(parent = people, more = ""): Known {
    const name = `${this.#start} list ${++this.#count}`;
    const dn = `CN=${name},${parent}`;
    modifyDatabase(
      this.#samba.folder,
      `dn: ${dn}\nchangetype: add\nobjectClass: group\nsAMAccountName: ${name}\ngroupType: -2147483640\n${more}`,
    );
    return this.#known(name, dn);
  }

  #known(name: string, dn: string): Known {
    const [id = ""] = attributeIn(this.#samba.folder, `(name=${name})`, "objectGUID");
    const number = String(++this.#count).padStart(12, "0");
    return {
      name,
      dn,
      id,
      guid: `ad000000-0000-4000-9000-${number}`,
      objectId: `ad000000-0000-4000-9200-${number}`,
    };
  }

  /** The cloud has these, and no others of the directory: mailboxes of persons, and groups. */
  bring(mailboxes: readonly Brought[], groups: readonly Brought[] = []): void {
    this.#bench.fresh((state) => {
      const like = (name: string): DirectoryObject =>
        state.objects.find(({ DisplayName }) => DisplayName === name) ?? {};
      for (const one of mailboxes)
        state.objects.push({
          ...like("Dirk Synced"),
          ...namesOf(one),
          ExchangeGuid: one.guid.replace("-90", "-91"),
          ImmutableId: guidBytes(one.id).toString("base64"),
          UserPrincipalName: `${one.name.replaceAll(" ", ".")}@contoso.com`,
          ...one.own,
        });
      for (const one of groups) {
        state.objects.push({ ...like("Sales team"), Members: [], ...namesOf(one), ...one.own });
        if (one.own?.["IsDirSynced"] === true) this.#bringSid(state, one);
      }
    });
  }

  #bringSid(state: State, { name, objectId }: Known): void {
    const [sid = ""] = attributeIn(this.#samba.folder, `(name=${name})`, "objectSid");
    state.entra ??= {};
    (state.entra.groups ??= {})[objectId] = { onPremisesSecurityIdentifier: sid };
  }

  /** What the directory has, not through LDAP. */
  onPremises({ name }: Known, attribute: string): string[] {
    return attributeIn(this.#samba.folder, `(name=${name})`, attribute);
  }

  /** What the tenant has. */
  online({ guid }: Known, property: string): unknown {
    return this.#bench.stored(guid)[property] ?? [];
  }
}

const namesOf = ({ name, guid, objectId }: Known): DirectoryObject => ({
  Guid: guid,
  ExternalDirectoryObjectId: objectId,
  DisplayName: name,
  Name: name,
  Alias: name.replaceAll(" ", "."),
  EmailAddresses: [`SMTP:${name.replaceAll(" ", ".")}@contoso.com`],
});
