/**
 * The users and groups of Microsoft Graph: objects of Exchange with an ExternalDirectoryObjectId, and
 * what only Entra ID has. Nothing is stored twice: what Exchange keeps is read and written there.
 */
import type { Value } from "../properties.ts";
import type { DirectoryObject, State } from "../state.ts";
import type { Store } from "../store.ts";
import type { Relation } from "./errors.ts";
import type { Json, Values } from "./json.ts";
import { textOf, textsOf } from "./json.ts";
import { derivedOf, keptOf } from "./kept.ts";
import { kindOf } from "./kinds.ts";
import { licencesOf, licenceStates } from "./licenceStates.ts";
import { propertiesOf, type Kind } from "./properties.ts";
import { Replication } from "./replication.ts";

export interface Entity {
  id: string;
  kind: Kind;
  /** Its object in Exchange, if there is one. */
  object: DirectoryObject | undefined;
}

/** A user or group as a reader sees it: possibly older than the truth. */
export interface Seen {
  id: string;
  kind: Kind;
  value(name: string): Json;
}

const inExchange: Readonly<Record<Relation, string>> = { members: "Members", owners: "ManagedBy" };

/** Days that a deleted object can be restored (documented). */
const restorableMs = 30 * 24 * 3600 * 1000;

export class Directory {
  readonly store: Store;
  readonly #replication: Replication;
  #now = 0;
  #nextId = 0x200000;

  constructor(store: Store) {
    this.store = store;
    this.#replication = new Replication(store.state.behaviour);
  }

  get state(): State {
    return this.store.state;
  }

  /** Sets the time. */
  settle(now: number): void {
    this.#now = now;
    this.store.settle(now);
    this.#replication.settle(now);
  }

  /** ISO time without milliseconds, as the directory writes it. */
  get time(): string {
    return `${new Date(this.#now).toISOString().slice(0, 19)}Z`;
  }

  /** All users, or all groups: those that exist, or those that can be restored. */
  entities(kind: Kind, status: "live" | "deleted" = "live"): Entity[] {
    const ids = new Set<string>();
    const found: Entity[] = [];
    for (const object of this.state.objects) {
      const id = idOf(object);
      if (id === undefined) continue;
      ids.add(id);
      if (kindOf(object) === kind) found.push({ id, kind, object });
    }
    for (const id of Object.keys(this.#records(kind)))
      if (!ids.has(id)) found.push({ id, kind, object: undefined });
    return found.filter((entity) => this.#statusOf(entity) === status);
  }

  /** The one with this id, if it exists, or with `deleted` if it can be restored. */
  find(id: string, status: "live" | "deleted" = "live"): Entity | undefined {
    const entity = this.#entity(id.toLowerCase());
    return entity && this.#statusOf(entity) === status ? entity : undefined;
  }

  #entity(id: string): Entity | undefined {
    const object = this.store.findAll(id).find((one) => idOf(one) === id);
    const kind = object && kindOf(object);
    if (kind) return { id, kind, object };
    if (object) return undefined;
    if (Object.hasOwn(this.#records("user"), id)) return { id, kind: "user", object: undefined };
    if (Object.hasOwn(this.#records("group"), id)) return { id, kind: "group", object: undefined };
    return undefined;
  }

  /** The existing user with this user name. */
  userNamed(name: string): Entity | undefined {
    const isNamed = (entity: Entity): boolean =>
      this.#statusOf(entity) === "live" &&
      textOf(this.value(entity, "userPrincipalName")).toLowerCase() === name.toLowerCase();
    for (const object of this.store.findAll(name)) {
      const id = idOf(object);
      if (id === undefined || kindOf(object) !== "user") continue;
      const entity: Entity = { id, kind: "user", object };
      if (isNamed(entity)) return entity;
    }
    return Object.keys(this.#records("user"))
      .map((id) => this.#entity(id))
      .find((entity) => entity?.object === undefined && entity !== undefined && isNamed(entity));
  }

  #statusOf(entity: Entity): "live" | "deleted" | "gone" {
    const { object } = entity;
    // Their accounts no longer exist.
    if (object?.["IsInactiveMailbox"] === true || object?.["IsSoftDeletedByDisable"] === true)
      return "gone";
    const isDeleted = object
      ? object["IsSoftDeletedByRemove"] === true
      : typeof this.record(entity)["deletedDateTime"] === "string";
    if (!isDeleted) return "live";
    const since = Date.parse(textOf(this.value(entity, "deletedDateTime")));
    return since + restorableMs > this.#now ? "deleted" : "gone";
  }

  /** What only Entra ID has of it. */
  record({ id, kind }: Entity): Values {
    return this.#records(kind)[id] ?? {};
  }

  #records(kind: Kind): Record<string, Values> {
    if (kind === "orgContact") return {};
    return this.state.entra?.[kind === "user" ? "users" : "groups"] ?? {};
  }

  /** A property, and the truth. The user name of a deleted user begins with its id (inferred). */
  value(entity: Entity, name: string): Json {
    const { id } = entity;
    if (name === "id") return id;
    const own = this.#ownValue(entity, name);
    if (name !== "userPrincipalName" || this.#statusOf(entity) === "live") return own;
    return `${id.replaceAll("-", "")}${textOf(own)}`;
  }

  #ownValue(entity: Entity, name: string): Json {
    const { kind, object } = entity;
    if (kind === "user" && name === "licenseAssignmentStates") return licenceStates(entity, this);
    if (kind === "user" && name === "assignedLicenses") return licencesOf(entity, this);
    const kept = object && keptOf(kind, name);
    if (kept) return kept.read(object, this.store);
    const derived = object && derivedOf(object, name);
    return derived ?? this.record(entity)[name] ?? propertiesOf(kind)[name]?.standard ?? null;
  }

  /** Writes properties. The caller has checked them. */
  write(entity: Entity, values: Values): void {
    this.#keep(entity);
    const changes: Record<string, Value> = {};
    for (const [name, value] of Object.entries(values)) {
      const kept = entity.object && keptOf(entity.kind, name);
      if (kept) Object.assign(changes, kept.write?.(value));
      else this.#recordToWrite(entity)[name] = value;
    }
    this.#changeObject(entity, changes);
  }

  #changeObject({ object }: Entity, changes: Record<string, Value>): void {
    if (!object || Object.keys(changes).length === 0) return;
    const WhenChanged = this.time.replace("Z", "+00:00");
    this.store.change(object, { ...changes, WhenChanged });
  }

  #recordToWrite({ id, kind }: Entity): Values {
    const entra = (this.state.entra ??= {});
    const records = (entra[kind === "user" ? "users" : "groups"] ??= {});
    return (records[id] ??= {});
  }

  /** Adds a user or group that Exchange has as well. */
  addToExchange(kind: Kind, object: DirectoryObject): Entity {
    const WhenCreated = this.time.replace("Z", "+00:00");
    const { createLagMs } = this.state.behaviour;
    const added = this.store.add({ ...object, WhenCreated }, this.#now, createLagMs);
    const id = String(added["ExternalDirectoryObjectId"]);
    // Announced by Microsoft for new objects in 2021. That groups follow is assumed.
    this.store.change(added, { Name: id });
    return this.#added({ id, kind, object: added });
  }

  /** Adds a group that only Entra ID has. */
  addGroup(values: Values): Entity {
    const id = this.newId();
    const entity: Entity = { id, kind: "group", object: undefined };
    Object.assign(this.#recordToWrite(entity), { createdDateTime: this.time, ...values });
    return this.#added(entity);
  }

  #added(entity: Entity): Entity {
    this.#replication.keep(entity.id, undefined);
    return entity;
  }

  /** An id that nothing has. */
  newId(): string {
    const id = `e47ad000-0000-4000-8000-${(this.#nextId += 1).toString(16).padStart(12, "0")}`;
    return this.#entity(id) ? this.newId() : id;
  }

  /** Deletes it so that it can be restored. */
  softDelete(entity: Entity): void {
    this.#keep(entity);
    if (!entity.object) this.#recordToWrite(entity)["deletedDateTime"] = this.time;
    this.#changeObject(entity, { IsSoftDeletedByRemove: true, WhenSoftDeleted: this.time });
  }

  restore(entity: Entity): void {
    this.#keep(entity);
    if (!entity.object) delete this.#recordToWrite(entity)["deletedDateTime"];
    this.#changeObject(entity, { IsSoftDeletedByRemove: false, WhenSoftDeleted: null });
  }

  /** Deletes it for good, with every reference to it. */
  destroy(entity: Entity): void {
    this.#keep(entity);
    const { id, object } = entity;
    if (object) this.store.remove(object);
    const { users = {}, groups = {} } = this.state.entra ?? {};
    Reflect.deleteProperty(entity.kind === "user" ? users : groups, id);
    for (const user of Object.values(users)) if (user["manager"] === id) user["manager"] = null;
    for (const group of Object.values(groups))
      for (const relation of ["members", "owners"])
        if (textsOf(group[relation]).includes(id))
          group[relation] = textsOf(group[relation]).filter((one) => one !== id);
  }

  /** Ids of the members or owners that exist, and the truth. */
  linked(group: Entity, relation: Relation): string[] {
    return this.#links(group, relation).filter((id) => this.find(id) !== undefined);
  }

  /** Including those that were deleted, and can be restored. */
  #links(group: Entity, relation: Relation): string[] {
    const known = this.#guidsIn(group, relation).flatMap((guid) => this.#idAt(guid) ?? []);
    return [...known, ...textsOf(this.record(group)[relation])];
  }

  #guidsIn({ object }: Entity, relation: Relation): string[] {
    return object ? textsOf(this.store.property(object, inExchange[relation])) : [];
  }

  #idAt(guid: string): string | undefined {
    const object = this.store.byGuid(guid);
    return object && idOf(object);
  }

  /** Adds and removes members or owners. */
  link(
    group: Entity,
    relation: Relation,
    { add = [], remove = [] }: { add?: string[]; remove?: string[] },
  ): void {
    this.#keep(group);
    if (relation === "members")
      this.#replication.keepMembers(group.id, this.linked(group, relation));
    const all = new Set([...this.#links(group, relation), ...add]);
    for (const id of remove) all.delete(id);
    // What Graph does not show of a group stays in it.
    const guids = this.#guidsIn(group, relation).filter((guid) => this.#idAt(guid) === undefined);
    const ids: string[] = [];
    for (const id of all) {
      const guid = group.object && this.#entity(id)?.object?.["Guid"];
      if (typeof guid === "string") guids.push(guid);
      else ids.push(id);
    }
    this.#changeObject(group, { [inExchange[relation]]: guids });
    if (ids.length > 0 || this.record(group)[relation] !== undefined)
      this.#recordToWrite(group)[relation] = ids;
  }

  /** The id of the manager, if it exists. */
  managerOf(user: Entity): string | undefined {
    const guid = user.object?.["Manager"];
    const kept = typeof guid === "string" ? this.#idAt(guid) : undefined;
    const id = kept ?? this.record(user)["manager"];
    return typeof id === "string" && this.find(id) ? id : undefined;
  }

  /** Exchange keeps the manager when it has both. */
  setManager(user: Entity, manager: Entity | undefined): void {
    this.#keep(user);
    const guid = manager?.object?.["Guid"];
    this.#changeObject(user, { Manager: typeof guid === "string" ? guid : null });
    if (manager && !(user.object && manager.object))
      this.#recordToWrite(user)["manager"] = manager.id;
    else if (this.record(user)["manager"] !== undefined)
      this.#recordToWrite(user)["manager"] = null;
  }

  #keep(entity: Entity): void {
    if (!this.#replication.isNeeded) return;
    this.#replication.keep(entity.id, this.find(entity.id) && this.#snapshot(entity));
  }

  #snapshot(entity: Entity): Seen {
    const { id, kind } = entity;
    const names = Object.keys(propertiesOf(kind));
    const values = Object.fromEntries(names.map((name) => [name, this.value(entity, name)]));
    return { id, kind, value: (name) => values[name] ?? null };
  }

  /** As it is now. */
  current(entity: Entity): Seen {
    return { id: entity.id, kind: entity.kind, value: (name) => this.value(entity, name) };
  }

  /** As someone sees it who reads it by its id; undefined when it does not exist for them. */
  seen(id: string): Seen | undefined {
    const entity = this.find(id);
    return this.#replication.byId(id.toLowerCase(), entity && this.current(entity));
  }

  /** As someone sees them who reads a list. */
  seenAll(kind: Kind): Seen[] {
    const all = this.entities(kind).map((entity) => this.current(entity));
    return this.#replication.inLists(all).filter((one) => one.kind === kind);
  }

  /** The members or owners as someone sees them who reads their list. */
  seenLinks(group: Entity, relation: Relation): string[] {
    const now = this.linked(group, relation);
    return relation === "members" ? this.#replication.members(group.id, now) : now;
  }
}

function idOf(object: DirectoryObject): string | undefined {
  const id = object["ExternalDirectoryObjectId"];
  return typeof id === "string" && id !== "" ? id.toLowerCase() : undefined;
}
