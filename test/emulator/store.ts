/**
 * The directory without HTTP: objects, how they are found by identity, and how their properties
 * read.
 */
import { AccessList, type MailboxAccess, type RecipientAccess } from "./access.ts";
import { derived, type World } from "./derived.ts";
import { isMailbox } from "./kinds.ts";
import { Lag } from "./lag.ts";
import { references, defaults, type Value } from "./properties.ts";
import type { DirectoryObject, State } from "./state.ts";

/**
 * Text as a directory compares it: without case, and without diacritics. The second half is assumed
 * (as directories do it), so a search for `Jose` also finds `José` and a client has to compare what
 * it got.
 */
export function fold(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .replace(/[łŁ]/g, "l")
    .replace(/[øØ]/g, "o")
    .replace(/[ıİ]/g, "i")
    .toLowerCase();
}

/**
 * Whether a text is `folded` after `fold`, without making a text: a filter compares every object of the tenant. ASCII
 * folds character by character, whatever comes after it.
 */
export function foldsTo(text: string, folded: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return fold(text) === folded;
    const isUpperCase = unit >= 0x41 && unit <= 0x5a;
    if ((isUpperCase ? unit + 0x20 : unit) !== folded.charCodeAt(index)) return false;
  }
  return text.length === folded.length;
}

export { isMailbox, isSoftDeleted } from "./kinds.ts";

/** The addresses without their `smtp:` prefix; addresses of other kinds keep theirs. */
function bareAddresses(object: DirectoryObject): string[] {
  const addresses = object["EmailAddresses"];
  return Array.isArray(addresses) ? addresses.map((address) => address.replace(/^smtp:/i, "")) : [];
}

/**
 * What readers see as late as the permission lists. MemberOfGroup follows from the first.
 */
const seenLate = ["Members", "GrantSendOnBehalfTo"];
const lagKey = (object: DirectoryObject, name: string): string =>
  `${String(object["Guid"])}/${name}`;

export class Store {
  readonly state: State;
  /** Objects by folded identity text. Built for the first look-up, then kept current. */
  #byIdentity: Map<string, DirectoryObject | DirectoryObject[]> | undefined;
  #byGuid: Map<string, DirectoryObject> | undefined;
  #groupsOf: Map<string, string[]> | undefined;
  /** Addresses that were released but are not free yet. */
  #released: { until: number; address: string; by: DirectoryObject }[] = [];
  /** New objects that some readers do not see yet, with the time of their creation and their lag. */
  readonly #unseen = new Map<DirectoryObject, { at: number; lagMs: number }>();
  #nextId = 0x100000;
  #pending: { at: number; object: DirectoryObject; values: Record<string, Value> }[] = [];

  /** For everything that readers see late (`permissionLagMs`, `lags`, `controllerLagMs`). */
  readonly lag = new Lag();
  readonly mailboxAccess: AccessList<MailboxAccess>;
  readonly recipientAccess: AccessList<RecipientAccess>;

  readonly #world: World = {
    property: (object, name) => this.property(object, name),
    groupsOf: (guid) => this.#groups().get(guid) ?? [],
    initialDomain: () => this.state.tenant.initialDomain,
  };

  constructor(state: State) {
    this.state = state;
    const lagMs = (guid: string): number => this.permissionLagOf(guid);
    state.mailboxPermissions ??= [];
    state.recipientPermissions ??= [];
    this.mailboxAccess = new AccessList(
      { name: "mailboxPermissions", holder: ({ mailbox }) => mailbox, inheritanceType: "All" },
      state.mailboxPermissions,
      this.lag,
      lagMs,
    );
    this.recipientAccess = new AccessList(
      {
        name: "recipientPermissions",
        holder: ({ recipient }) => recipient,
        inheritanceType: "None",
      },
      state.recipientPermissions,
      this.lag,
      lagMs,
    );
  }

  get objects(): readonly DirectoryObject[] {
    const { objects } = this.state;
    return this.#unseen.size === 0 ? objects : objects.filter((object) => this.#isSeen(object));
  }

  #isSeen(object: DirectoryObject): boolean {
    const made = this.#unseen.get(object);
    return made === undefined || !this.lag.hides(made.at, made.lagMs);
  }

  /** How late readers see a change of any property of one object (`lags`). */
  #lagOf(guid: string): number | undefined {
    return this.state.lags?.find(({ object }) => object === guid)?.ms;
  }

  /** How late readers see members of and rights on one object. */
  permissionLagOf(guid: string): number {
    return this.#lagOf(guid) ?? this.state.behaviour.permissionLagMs;
  }

  /**
   * Every object with this identity, in any of its forms (documented: name, alias, DN, addresses,
   * GUIDs, UPN).
   */
  find(identity: string): DirectoryObject[] {
    const found = this.#withoutDisplayNames(this.findAll(identity), identity);
    return this.#unseen.size === 0 ? found : found.filter((object) => this.#isSeen(object));
  }

  /** Drops objects that only have this DisplayName, where it does not count (`displayNameIdentity`). */
  #withoutDisplayNames(found: DirectoryObject[], identity: string): DirectoryObject[] {
    const { displayNameIdentity } = this.state.behaviour;
    if (displayNameIdentity === "likeName" || found.length === 0) return found;
    const identified = found.filter((object) => this.#identifiers(object).has(fold(identity)));
    return identified.length > 0 || displayNameIdentity === "never" ? identified : found;
  }

  /** Including new ones that readers do not see yet: this prevents a name from being used twice. */
  findAll(identity: string): DirectoryObject[] {
    if (!this.#byIdentity) {
      this.#byIdentity = new Map();
      for (const object of this.state.objects) this.#enter(object);
    }
    return [this.#byIdentity.get(fold(identity)) ?? []].flat();
  }

  /** The objects that `findAll` finds; undefined while readers may see older values than those. */
  holdersOf(identity: string): ReadonlySet<DirectoryObject> | undefined {
    const isCurrent = this.lag.isEmpty && this.#unseen.size === 0;
    return isCurrent ? new Set(this.findAll(identity)) : undefined;
  }

  /** Writes values on one object. The caller has checked them. */
  change(object: DirectoryObject, values: Record<string, Value>): void {
    const guid = String(object["Guid"]);
    for (const name of Object.keys(values)) {
      const lagMs = seenLate.includes(name) ? this.permissionLagOf(guid) : (this.#lagOf(guid) ?? 0);
      this.lag.keep(lagKey(object, name), this.property(object, name), lagMs);
    }
    if (this.#byIdentity) this.#leave(object);
    Object.assign(object, values);
    if (this.#byIdentity) this.#enter(object);
    if ("Members" in values) this.#groupsOf = undefined;
  }

  /**
   * Adds an object with its own ids, which are the same on every run. Readers see it after
   * `lagMs`, and each controller after its own lag.
   */
  add(values: DirectoryObject, at: number, lagMs: number): DirectoryObject {
    const id = (kind: string): string =>
      `${kind}-0000-4000-8000-${this.#nextId.toString(16).padStart(12, "0")}`;
    do this.#nextId += 1;
    while (this.byGuid(id("0b1ec700")));
    const object: DirectoryObject = {
      Guid: id("0b1ec700"),
      ExternalDirectoryObjectId: id("e47ad000"),
      ...values,
    };
    if (isMailbox(object)) object["ExchangeGuid"] = id("ec4b0000");
    if (!this.lag.isOver(at, lagMs)) this.#unseen.set(object, { at, lagMs });
    this.state.objects.push(object);
    this.#byGuid?.set(String(object["Guid"]), object);
    if (this.#byIdentity) this.#enter(object);
    this.#groupsOf = undefined;
    return object;
  }

  /** Removes an object for good, together with every reference to it. */
  remove(object: DirectoryObject): void {
    const guid = String(object["Guid"]);
    if (this.#byIdentity) this.#leave(object);
    this.#byGuid?.delete(guid);
    this.state.objects.splice(this.state.objects.indexOf(object), 1);
    for (const other of this.state.objects) {
      for (const [name, value] of Object.entries(other)) {
        if (!references.has(name)) continue;
        if (Array.isArray(value) && value.includes(guid))
          other[name] = value.filter((one) => one !== guid);
        else if (value === guid) other[name] = null;
      }
    }
    this.#groupsOf = undefined;
  }

  /** Writes values when `settle` reaches their time. */
  changeLater(at: number, object: DirectoryObject, values: Record<string, Value>): void {
    this.#pending.push({ at, object, values });
  }

  /** Reserves addresses that an object released, for a while. */
  keepAway(addresses: readonly string[], by: DirectoryObject, until: number): void {
    this.#released.push(
      ...addresses.map((address) => ({ until, by, address: address.toLowerCase() })),
    );
  }

  /** Sets the time and the controller that answers (an index of `controllerLagMs`). */
  settle(now: number, controller = 0): void {
    const { controllerLagMs } = this.state.behaviour;
    this.lag.settle(now, controllerLagMs[controller] ?? 0, Math.max(0, ...controllerLagMs));
    if (this.#unseen.size > 0) this.#groupsOf = undefined;
    for (const [object, { at, lagMs }] of this.#unseen)
      if (this.lag.isOver(at, lagMs)) this.#unseen.delete(object);
    this.#released = this.#released.filter(({ until }) => until > now);
    if (this.#pending.length === 0) return;
    for (const { at, object, values } of this.#pending) if (at <= now) this.change(object, values);
    this.#pending = this.#pending.filter(({ at }) => at > now);
  }

  /**
   * Which other object has a proxy address (`prefix:address`), or has it as its LegacyExchangeDN.
   * Deleted objects keep theirs.
   */
  holderOf(address: string, except: DirectoryObject): DirectoryObject | undefined {
    const lower = address.toLowerCase();
    const holds = (object: DirectoryObject): boolean =>
      ((object["EmailAddresses"] as string[] | undefined) ?? []).some(
        (one) => one.toLowerCase() === lower,
      ) || `x500:${String(this.property(object, "LegacyExchangeDN"))}`.toLowerCase() === lower;
    const found = [
      ...this.findAll(address.replace(/^smtp:/i, "")),
      ...this.findAll(address.replace(/^x500:/i, "")),
    ];
    return (
      found.find((object) => object !== except && holds(object)) ??
      this.#released.find(({ address: one, by }) => one === lower && by !== except)?.by
    );
  }

  byGuid(guid: string): DirectoryObject | undefined {
    this.#byGuid ??= new Map(this.state.objects.map((object) => [String(object["Guid"]), object]));
    return this.#byGuid.get(guid);
  }

  /** How a property reads; null when the object does not have it. References are GUIDs. */
  property(object: DirectoryObject, name: string): Value {
    const own = object[name];
    if (own !== undefined) return own;
    return derived(object, name, this.#world) ?? defaults[name] ?? null;
  }

  /** A property as readers see it: possibly older than the truth. */
  seen(object: DirectoryObject, name: string): Value {
    if (name === "MemberOfGroup") return this.#groupsSeen(String(object["Guid"]));
    const value = this.property(object, name);
    return this.lag.isEmpty ? value : this.lag.seen(lagKey(object, name), value);
  }

  /** A reference as a property of the objects it refers to, as readers see it. */
  referenced(object: DirectoryObject, name: string, as: string): Value {
    const value = this.seen(object, name);
    const show = (guid: string): string => {
      const target = this.byGuid(guid);
      return target ? String(this.property(target, as)) : guid;
    };
    if (Array.isArray(value)) return value.map(show);
    return typeof value === "string" ? show(value) : value;
  }

  /** One row as a cmdlet shows it: references by name, everything else as it reads. */
  row(object: DirectoryObject, names: readonly string[]): Record<string, Value> {
    const row: Record<string, Value> = {};
    for (const name of names) {
      row[name] = references.has(name)
        ? this.referenced(object, name, this.state.behaviour.referencesShownAs)
        : this.seen(object, name);
    }
    return row;
  }

  #groups(): Map<string, string[]> {
    if (!this.#groupsOf) {
      this.#groupsOf = new Map();
      for (const group of this.objects) {
        const members = group["Members"];
        if (!Array.isArray(members)) continue;
        for (const member of members)
          this.#groupsOf.set(member, [
            ...(this.#groupsOf.get(member) ?? []),
            String(group["Guid"]),
          ]);
      }
    }
    return this.#groupsOf;
  }

  #groupsSeen(guid: string): string[] {
    const groups = new Set(this.#groups().get(guid));
    for (const key of this.lag.keys()) {
      const group = key.endsWith("/Members")
        ? this.byGuid(key.slice(0, key.indexOf("/")))
        : undefined;
      if (!group) continue;
      if ((this.seen(group, "Members") as string[]).includes(guid))
        groups.add(String(group["Guid"]));
      else groups.delete(String(group["Guid"]));
    }
    return [...groups];
  }

  #identities(object: DirectoryObject): Set<string> {
    const displayName = fold(String(this.property(object, "DisplayName") ?? ""));
    const identifiers = this.#identifiers(object);
    return displayName === "" ? identifiers : identifiers.add(displayName);
  }

  /** Every form of identity except DisplayName. */
  #identifiers(object: DirectoryObject): Set<string> {
    const forms = [
      "Guid",
      "ExternalDirectoryObjectId",
      "UserPrincipalName",
      "Alias",
      "Name",
      "DistinguishedName",
      "SamAccountName",
      "LegacyExchangeDN",
    ];
    const texts = forms.map((name) => this.property(object, name));
    if (isMailbox(object)) texts.push(this.property(object, "ExchangeGuid"));
    return new Set(
      [...texts, ...bareAddresses(object)]
        .filter((text): text is string => typeof text === "string" && text !== "")
        .map(fold),
    );
  }

  #enter(object: DirectoryObject): void {
    for (const key of this.#identities(object)) {
      const there = this.#byIdentity?.get(key);
      this.#byIdentity?.set(
        key,
        there === undefined ? object : [...(Array.isArray(there) ? there : [there]), object],
      );
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
