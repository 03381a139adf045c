/** The directory without HTTP: objects, how they are found by identity, and what their properties read as. */
import { references, defaults, type Value } from "./properties.ts";
import { catalogue } from "./catalogue.ts";
import type { DirectoryObject, State } from "./state.ts";

/**
 * Text as a directory compares it: without case, and without diacritics. The second half is assumed (as directories do it), so a
 * search for `Jose` also finds `José` and a client has to compare what it got.
 */
export function fold(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFD").replace(/\p{Diacritic}/gu, "").replace(/[łŁ]/g, "l").replace(/[øØ]/g, "o").replace(/[ıİ]/g, "i").toLowerCase();
}

const mailboxTypes = new Set([...(catalogue.recipientTypeDetails["Get-Mailbox"] ?? []), "PublicFolderMailbox"]);

export function isMailbox(object: DirectoryObject): boolean {
  return mailboxTypes.has(String(object["RecipientTypeDetails"]));
}

/** Soft-deleted objects keep their row but only show themselves to those who ask for them. */
export function isSoftDeleted(object: DirectoryObject): boolean {
  return object["IsSoftDeletedByRemove"] === true || object["IsSoftDeletedByDisable"] === true || object["IsInactiveMailbox"] === true;
}

/** An unsigned list of addresses without their `smtp:` prefix; addresses of other kinds keep theirs. */
function bareAddresses(object: DirectoryObject): string[] {
  const addresses = object["EmailAddresses"];
  return Array.isArray(addresses) ? addresses.map((address) => address.replace(/^smtp:/i, "")) : [];
}

export class Store {
  readonly state: State;
  /** Folded identity text to the objects that answer to it. Built when the first identity is looked up, then kept current. */
  #byIdentity: Map<string, DirectoryObject | DirectoryObject[]> | undefined;
  #byGuid: Map<string, DirectoryObject> | undefined;
  #groupsOf: Map<string, string[]> | undefined;
  /** Addresses that were given up but are not free yet. */
  #released: { until: number; address: string; by: DirectoryObject }[] = [];
  #pending: { at: number; object: DirectoryObject; values: Record<string, Value> }[] = [];

  constructor(state: State) {
    this.state = state;
  }

  get objects(): readonly DirectoryObject[] {
    return this.state.objects;
  }

  /** Every object that answers to the identity, in any of its forms (documented: name, alias, DN, addresses, GUIDs, UPN). */
  find(identity: string): DirectoryObject[] {
    if (!this.#byIdentity) {
      this.#byIdentity = new Map();
      for (const object of this.objects) this.#enter(object);
    }
    const found = this.#byIdentity.get(fold(identity));
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  /** Writes values on one object. The caller has checked them. */
  change(object: DirectoryObject, values: Record<string, Value>): void {
    if (this.#byIdentity) this.#leave(object);
    Object.assign(object, values);
    if (this.#byIdentity) this.#enter(object);
    this.#groupsOf = undefined;
  }

  /** Writes values when `settle` is told that their time has come. */
  changeLater(at: number, object: DirectoryObject, values: Record<string, Value>): void {
    this.#pending.push({ at, object, values });
  }

  /** Lets addresses that an object gave up count as its own for a while. */
  keepAway(addresses: readonly string[], by: DirectoryObject, until: number): void {
    this.#released.push(...addresses.map((address) => ({ until, by, address: address.toLowerCase() })));
  }

  settle(now: number): void {
    this.#released = this.#released.filter(({ until }) => until > now);
    if (this.#pending.length === 0) return;
    for (const { at, object, values } of this.#pending) if (at <= now) this.change(object, values);
    this.#pending = this.#pending.filter(({ at }) => at > now);
  }

  /** Who else holds a proxy address (`prefix:address`), or answers to it as a LegacyExchangeDN. The deleted hold theirs too. */
  holderOf(address: string, except: DirectoryObject): DirectoryObject | undefined {
    const lower = address.toLowerCase();
    const holds = (object: DirectoryObject): boolean =>
      (object["EmailAddresses"] as string[] | undefined ?? []).some((one) => one.toLowerCase() === lower) || `x500:${String(this.property(object, "LegacyExchangeDN"))}`.toLowerCase() === lower;
    const found = [...this.find(address.replace(/^smtp:/i, "")), ...this.find(address.replace(/^x500:/i, ""))];
    return found.find((object) => object !== except && holds(object)) ?? this.#released.find(({ address: one, by }) => one === lower && by !== except)?.by;
  }

  byGuid(guid: string): DirectoryObject | undefined {
    this.#byGuid ??= new Map(this.objects.map((object) => [String(object["Guid"]), object]));
    return this.#byGuid.get(guid);
  }

  /** What a property reads as; null when the object does not have it. References come as GUIDs. */
  property(object: DirectoryObject, name: string): Value {
    const own = object[name];
    if (own !== undefined) return own;
    return this.#derive(object, name) ?? defaults[name] ?? null;
  }

  /** A reference as the distinguished names it stands for (what filters compare). */
  referenced(object: DirectoryObject, name: string, as: string): Value {
    const value = this.property(object, name);
    const show = (guid: string): string => {
      const target = this.byGuid(guid);
      return target ? String(this.property(target, as)) : guid;
    };
    return Array.isArray(value) ? value.map(show) : typeof value === "string" ? show(value) : value;
  }

  /** One row as a cmdlet shows it: references by name, everything else as it reads. */
  row(object: DirectoryObject, names: readonly string[]): Record<string, Value> {
    const row: Record<string, Value> = {};
    for (const name of names) {
      row[name] = references.has(name) ? this.referenced(object, name, this.state.behaviour.referencesShownAs) : this.property(object, name);
    }
    return row;
  }

  #derive(object: DirectoryObject, name: string): Value | undefined {
    const details = String(object["RecipientTypeDetails"]);
    const { tenant } = this.state;
    switch (name) {
      case "Id":
      case "Identity":
        return object["Name"] ?? null;
      case "OrganizationalUnit":
        return `eurpr01a001.prod.outlook.com/Microsoft Exchange Hosted Organizations/${tenant.initialDomain}`;
      case "OrganizationId":
        return `EURPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${tenant.initialDomain} - EURPR01A001.PROD.OUTLOOK.COM/ConfigurationUnits/${tenant.initialDomain}/Configuration`;
      case "DistinguishedName":
        return `CN=${String(object["Name"]).replace(/[,\\#+<>;"=]/g, "\\$&")},OU=${tenant.initialDomain},OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM`;
      case "RecipientType":
        return recipientTypeOf(details);
      case "PrimarySmtpAddress":
        return this.#primaryAddress(object);
      case "WindowsEmailAddress":
        return this.#primaryAddress(object);
      case "WindowsLiveID":
      case "MicrosoftOnlineServicesID":
        return object["UserPrincipalName"] ?? "";
      case "UserPrincipalName":
        return isMailbox(object) ? this.#primaryAddress(object) : null;
      case "SamAccountName":
        return `$${String(object["Guid"]).slice(0, 6).toUpperCase()}-${String(object["Guid"]).slice(24).toUpperCase()}`;
      case "LegacyExchangeDN":
        return `/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=${String(object["Guid"]).replaceAll("-", "")}`;
      case "IsMailboxEnabled":
        return isMailbox(object);
      case "IsSecurityPrincipal":
        return !/Contact|Distribution/.test(details);
      case "IsShared":
        return details === "SharedMailbox";
      case "IsResource":
        return details === "RoomMailbox" || details === "EquipmentMailbox";
      case "ResourceType":
        return details === "RoomMailbox" ? "Room" : details === "EquipmentMailbox" ? "Equipment" : null;
      case "SKUAssigned":
        return details === "UserMailbox";
      case "WhenCreated":
        return "2024-01-08T08:00:00+00:00";
      case "WhenMailboxCreated":
        return isMailbox(object) ? this.property(object, "WhenCreated") : null;
      case "WhenChanged":
        return this.property(object, "WhenCreated");
      case "WhenCreatedUTC":
      case "WhenChangedUTC":
        return String(this.property(object, name.slice(0, -3))).replace("+00:00", "Z");
      case "MailboxOwnerId":
        return this.property(object, "Identity");
      case "AcceptMessagesOnlyFromSendersOrMembers":
      case "RejectMessagesFromSendersOrMembers": {
        const stem = name.slice(0, name.indexOf("SendersOrMembers"));
        return [stem, `${stem}DLMembers`].flatMap((part) => this.property(object, part) as string[]);
      }
      case "MemberOfGroup":
        return this.#groups().get(String(object["Guid"])) ?? [];
      default:
        return undefined;
    }
  }

  #primaryAddress(object: DirectoryObject): string {
    const addresses = object["EmailAddresses"];
    return (Array.isArray(addresses) ? addresses.find((address) => address.startsWith("SMTP:"))?.slice(5) : undefined) ?? "";
  }

  #groups(): Map<string, string[]> {
    if (!this.#groupsOf) {
      this.#groupsOf = new Map();
      for (const group of this.objects) {
        const members = group["Members"];
        if (!Array.isArray(members)) continue;
        for (const member of members) this.#groupsOf.set(member, [...(this.#groupsOf.get(member) ?? []), String(group["Guid"])]);
      }
    }
    return this.#groupsOf;
  }

  #identities(object: DirectoryObject): Set<string> {
    const forms = ["Guid", "ExternalDirectoryObjectId", "UserPrincipalName", "Alias", "Name", "DisplayName", "DistinguishedName", "SamAccountName", "LegacyExchangeDN"];
    const texts = forms.map((name) => this.property(object, name));
    if (isMailbox(object)) texts.push(this.property(object, "ExchangeGuid"));
    return new Set([...texts, ...bareAddresses(object)].filter((text): text is string => typeof text === "string" && text !== "").map(fold));
  }

  #enter(object: DirectoryObject): void {
    for (const key of this.#identities(object)) {
      const there = this.#byIdentity?.get(key);
      this.#byIdentity?.set(key, there === undefined ? object : [...(Array.isArray(there) ? there : [there]), object]);
    }
  }

  #leave(object: DirectoryObject): void {
    for (const key of this.#identities(object)) {
      const there = this.#byIdentity?.get(key);
      const rest = Array.isArray(there) ? there.filter((other) => other !== object) : [];
      if (rest.length === 0) this.#byIdentity?.delete(key);
      else this.#byIdentity?.set(key, rest);
    }
  }
}

function recipientTypeOf(details: string): string {
  if (mailboxTypes.has(details)) return details === "GroupMailbox" ? "MailUniversalDistributionGroup" : "UserMailbox";
  if (/MailUser$|^Remote/.test(details)) return "MailUser";
  if (details.endsWith("Contact")) return "MailContact";
  if (details === "RoomList") return "MailUniversalDistributionGroup";
  return details.endsWith("User") ? "User" : details;
}
