/** `/groups/{group}/members` and `/owners`: who is in a group, and who may change that. */
import type { Answer } from "../message.ts";
import { relicense } from "./licences.ts";
import { bodyOf, named, noContent, referenced, requireRoles, type Call } from "./call.ts";
import type { Directory, Entity, Seen } from "./directory.ts";
import {
  alreadyThere,
  denied,
  invalidReference,
  lastOwner,
  mailEnabledGroup,
  masteredOnPremises,
  notFound,
  notImplemented,
  notThere,
  type Relation,
} from "./errors.ts";
import { textsOf, type Json } from "./json.ts";
import { rolesFor } from "./operations.ts";
import { list, listObjects } from "./query.ts";
import { isSynchronised } from "./userChanges.ts";

const group = (call: Call): Entity => named(call, "group", "group");

/** A reader of members may see them late; owners are current. */
export function listLinks(call: Call, relation: Relation): Answer {
  const target = group(call);
  const { directory } = call;
  const all = (): Seen[] =>
    directory.seenLinks(target, relation).flatMap((id) => {
      const entity = directory.find(id);
      return entity ? [directory.current(entity)] : [];
    });
  const type = call.parameters["type"]?.toLowerCase();
  if (type === undefined) return listObjects(call, all);
  const kind = (["user", "group", "orgContact"] as const).find(
    (one) => `microsoft.graph.${one.toLowerCase()}` === type,
  );
  if (kind === undefined) throw notImplemented(`${relation} as '${type}'`);
  return list(call, kind, () => all().filter((one) => one.kind === kind));
}

/** Whether Graph does not write a group, because Exchange does (documented). */
export const isOfExchange = ({ object }: Entity): boolean =>
  object !== undefined && object["RecipientTypeDetails"] !== "GroupMailbox";

/** Refuses a change of members (or owners) that Graph never makes, each with its own text. */
export function requireChangeable(call: Call, target: Entity, relation: Relation): void {
  const { directory, grant } = call;
  if (isOfExchange(target)) throw mailEnabledGroup();
  // Observed for users; inferred for groups.
  if (isSynchronised(target, directory)) throw masteredOnPremises();
  const isDynamic = textsOf(directory.value(target, "groupTypes")).includes("DynamicMembership");
  if (isDynamic && relation === "members") throw denied();
  const isForRoles = directory.value(target, "isAssignableToRole") === true;
  if (isForRoles && !grant.appRoles.includes("RoleManagement.ReadWrite.Directory")) throw denied();
}

/** Documented: only users (and service principals, which do not exist here) own groups. */
function requireFitting(
  target: Entity,
  one: Entity,
  relation: Relation,
  directory: Directory,
): void {
  const isUnified = textsOf(directory.value(target, "groupTypes")).includes("Unified");
  const isUser = one.kind === "user";
  if (!isUser && (relation === "owners" || isUnified)) throw invalidReference();
}

/** The objects that `@odata.bind` or `@odata.id` names, all of which exist. */
export function boundTo(directory: Directory, references: readonly Json[]): Entity[] {
  return references.map((reference) => {
    const id = referenced(reference);
    if (id === undefined) throw invalidReference();
    const entity = directory.find(id);
    if (!entity || !directory.seen(id)) throw notFound(id);
    return entity;
  });
}

/** All or none. */
export function addLinks(call: Call, target: Entity, relation: Relation, added: Entity[]): void {
  const { directory } = call;
  const there = new Set(directory.linked(target, relation));
  for (const one of added) {
    requireFitting(target, one, relation, directory);
    if (there.has(one.id)) throw alreadyThere(relation);
    there.add(one.id);
  }
  const add = added.map(({ id }) => id);
  relicense(call, relation === "members" ? usersAmong(added) : [], () => {
    directory.link(target, relation, { add });
  });
}

const usersAmong = (entities: readonly (Entity | undefined)[]): Entity[] =>
  entities.flatMap((one) => (one?.kind === "user" ? [one] : []));

export function postLink(call: Call, relation: Relation): Answer {
  const target = group(call);
  const body = bodyOf(call);
  requireChangeable(call, target, relation);
  const one = boundTo(call.directory, [body["@odata.id"] ?? null]);
  addLinks(call, target, relation, one);
  return noContent();
}

export function deleteLink(call: Call, relation: Relation): Answer {
  const target = group(call);
  requireChangeable(call, target, relation);
  const { directory } = call;
  const id = linkedIn(call, target, relation);
  const isLast = directory.linked(target, relation).length === 1;
  if (relation === "owners" && isLast) throw lastOwner();
  relicense(call, relation === "members" ? usersAmong([directory.find(id)]) : [], () => {
    directory.link(target, relation, { remove: [id] });
  });
  return noContent();
}

/** The id of the path, which is in the list. An object that does not exist is always not found. */
function linkedIn(call: Call, target: Entity, relation: Relation): string {
  const { directory, parameters } = call;
  const { id } = named(call, "member" in parameters ? "member" : "owner");
  if (directory.linked(target, relation).includes(id)) return id;
  throw directory.state.behaviour.missingMember === "notFound" ? notFound(id) : notThere(relation);
}

/**
 * Without `/$ref` the path means the member itself, and deletes it, if the application may (documented as a warning).
 */
export function deleteLinkedObject(
  call: Call,
  relation: Relation,
  remove: (call: Call) => Answer,
): Answer {
  const id = linkedIn(call, group(call), relation);
  const kind = call.directory.find(id)?.kind;
  if (kind !== "user") throw notImplemented(`deleting a ${String(kind)} through a group`);
  requireRoles(call, rolesFor("DELETE /users/{user}"));
  return remove({ ...call, parameters: { user: id } });
}
