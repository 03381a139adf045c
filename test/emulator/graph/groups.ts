/** `/groups`: reading, creating, changing and deleting. */
import type { Answer } from "../message.ts";
import { bodyOf, named, noContent, type Call } from "./call.ts";
import type { DirectoryObject } from "../state.ts";
import type { Directory, Entity } from "./directory.ts";
import { isOfForm } from "./entraState.ts";
import {
  denied,
  invalidValue,
  invalidValues,
  licensedGroup,
  mailEnabledCreation,
  mailEnabledGroup,
  masteredOnPremises,
  notFound,
  notImplemented,
  readOnlyProperty,
  taken,
  tooMany,
  unknownProperty,
  valueRequired,
} from "./errors.ts";
import { addLinks, boundTo, isOfExchange, requireChangeable } from "./groupMembers.ts";
import { textOf, textsOf, type Json, type Values } from "./json.ts";
import { licencesIn } from "./licenceStates.ts";
import { heldByExchange, isElsewhere, propertyOf } from "./properties.ts";
import { counted, list, single } from "./query.ts";
import { checkNickname, isSynchronised } from "./userChanges.ts";

const group = (call: Call): Entity => named(call, "group", "group");

export const listGroups = (call: Call): Answer =>
  list(call, "group", () => call.directory.seenAll("group"));
export const countGroups = (call: Call): Answer =>
  counted(call, "group", () => call.directory.seenAll("group"));

export function getGroup(call: Call): Answer {
  const { id } = group(call);
  const seen = call.directory.seen(id);
  if (!seen) throw notFound(id);
  return single(call, seen);
}

/** The value of the alternate key in a path, whose quotes are doubled. */
const uniqueNameIn = ({ parameters }: Call): string =>
  (parameters["uniqueName"] ?? "").replaceAll("''", "'");

/** That a deleted group no longer has its unique name is assumed, and so is that case does not count. */
function groupWithUniqueName(name: string, { directory }: Call): Entity | undefined {
  return directory
    .entities("group")
    .find((one) => textOf(directory.value(one, "uniqueName")).toLowerCase() === name.toLowerCase());
}

/** The text of the refusal is assumed to quote the name. */
export function getGroupByUniqueName(call: Call): Answer {
  const name = uniqueNameIn(call);
  const found = groupWithUniqueName(name, call);
  if (!found) throw notFound(name);
  return getGroup({ ...call, parameters: { group: found.id } });
}

/**
 * Documented ("Upsert group"): with `Prefer: create-if-missing` a group that no one has the unique name of is created
 * (201); otherwise the group is updated (204).
 */
export function upsertGroup(call: Call): Answer {
  const uniqueName = uniqueNameIn(call);
  const found = groupWithUniqueName(uniqueName, call);
  if (found) return patchGroup({ ...call, parameters: { group: found.id } });
  if (!/\bcreate-if-missing\b/i.test(call.incoming.headers["prefer"] ?? ""))
    throw notFound(uniqueName);
  return created(call, bodyParts(call, { uniqueName }));
}

/** A body in two parts: what it sets, and whom it adds. */
interface Body {
  values: Values;
  members: readonly Json[];
  owners: readonly Json[];
}

/** At most 20 relations in one request (documented; the text is assumed). */
const maxRelations = 20;

function bodyParts(call: Call, more: Values = {}): Body {
  const { "members@odata.bind": members, "owners@odata.bind": owners, ...own } = bodyOf(call);
  const values = { ...own, ...more };
  for (const [name, value] of Object.entries(values)) checkValue(name, value);
  const body = { values, members: bound(members), owners: bound(owners) };
  if (body.members.length + body.owners.length > maxRelations)
    throw tooMany("references", maxRelations);
  return body;
}

function bound(references: Json | undefined): readonly Json[] {
  if (references === undefined) return [];
  if (!Array.isArray(references)) throw invalidValues();
  return references;
}

function checkValue(name: string, value: Json): void {
  // Documented: only a person may. The refusal of an application is some 4xx (observed); which, is assumed.
  if (heldByExchange.has(name)) throw denied();
  if (isElsewhere("group", name)) throw notImplemented(`'${name}' in a body`);
  const property = propertyOf("group", name);
  if (!property) throw unknownProperty(name, "group");
  if (property.isReadOnly) throw readOnlyProperty(name);
  const isWrong = value === null ? property.isRequired : !isOfForm(property, value);
  if (isWrong || (typeof value === "string" && value.length > (property.maxLength ?? 1e6)))
    throw invalidValue(name, "Group");
  if (name === "mailNickname") checkNickname(textOf(value), "Group");
}

/** Documented. */
const required = ["displayName", "mailEnabled", "mailNickname", "securityEnabled"];

export function createGroup(call: Call): Answer {
  return created(call, bodyParts(call));
}

function created(call: Call, { values, members, owners }: Body): Answer {
  const { directory } = call;
  for (const name of required)
    if (values[name] === undefined || values[name] === null) throw valueRequired(name, "Group");
  const isUnified = textsOf(values["groupTypes"]).includes("Unified");
  const { mailEnabled, securityEnabled } = values;
  if (mailEnabled === true && !isUnified) throw mailEnabledCreation();
  if (isUnified ? mailEnabled !== true : securityEnabled !== true) throw invalidValues();
  checkRule(values, textsOf(values["groupTypes"]));
  requireFreeUniqueName(call, values["uniqueName"]);
  const [linked, owning] = [boundTo(directory, members), boundTo(directory, owners)];
  const added = isUnified ? createUnified(values, directory) : directory.addGroup(values);
  if (owning.length > 0) addLinks(call, added, "owners", owning);
  if (linked.length > 0) addLinks(call, added, "members", linked);
  return single(call, directory.current(added), 201);
}

/** An alternate key is unique (documented; the text is that of other properties). */
function requireFreeUniqueName(call: Call, name: Json | undefined): void {
  if (typeof name === "string" && groupWithUniqueName(name, call)) throw taken("uniqueName");
}

/** Exchange has a Microsoft 365 group as well. That its address is in the initial domain is assumed. */
function createUnified(values: Values, directory: Directory): Entity {
  const { displayName, mailNickname, mailEnabled: _, ...rest } = values;
  const nickname = textOf(mailNickname);
  const address = `${nickname}@${directory.state.tenant.initialDomain}`;
  const hasAlias = (one: DirectoryObject): boolean =>
    textOf(one["Alias"]).toLowerCase() === nickname.toLowerCase();
  if (directory.store.findAll(nickname).some(hasAlias)) throw taken("mailNickname");
  if (directory.store.findAll(address).length > 0) throw taken("proxyAddresses");
  const created = directory.addToExchange("group", {
    RecipientTypeDetails: "GroupMailbox",
    Name: nickname,
    DisplayName: textOf(displayName),
    Alias: nickname,
    EmailAddresses: [`SMTP:${address}`],
    HiddenFromAddressListsEnabled: textsOf(values["resourceBehaviorOptions"]).includes(
      "HideGroupInOutlook",
    ),
  });
  // Documented.
  directory.write(created, { visibility: "Public", ...rest });
  return created;
}

/** A dynamic group has a rule, and no other group has one (documented; the refusal is assumed). */
function checkRule(values: Values, types: readonly string[]): void {
  const isDynamic = types.includes("DynamicMembership");
  const hasRule = typeof values["membershipRule"] === "string";
  if (isDynamic !== hasRule) throw invalidValues();
}

/** Set with the creation, and never again (documented). */
const onceOnly = [
  "isAssignableToRole",
  "resourceBehaviorOptions",
  "mailEnabled",
  "securityEnabled",
];

export function patchGroup(call: Call): Answer {
  const { directory } = call;
  const target = group(call);
  const { values, members, owners } = bodyParts(call);
  if (isOfExchange(target)) throw mailEnabledGroup();
  if (isSynchronised(target, directory)) throw masteredOnPremises();
  // An upsert repeats what is there (assumed to be accepted).
  const fixed = onceOnly.find(
    (name) =>
      name in values &&
      JSON.stringify(values[name]) !== JSON.stringify(directory.value(target, name)),
  );
  if (fixed !== undefined) throw readOnlyProperty(fixed);
  const uniqueName = textOf(directory.value(target, "uniqueName"));
  if ("uniqueName" in values) {
    // Documented for Bicep: it can only be set while it has no value.
    if (uniqueName !== "" && values["uniqueName"] !== uniqueName)
      throw readOnlyProperty("uniqueName");
    if (uniqueName === "") requireFreeUniqueName(call, values["uniqueName"]);
  }
  if (values["visibility"] === "HiddenMembership") throw invalidValue("visibility", "Group");
  const types = textsOf(values["groupTypes"] ?? directory.value(target, "groupTypes"));
  if ("groupTypes" in values || "membershipRule" in values) {
    const membershipRule = values["membershipRule"] ?? directory.value(target, "membershipRule");
    checkRule({ membershipRule }, types);
  }
  for (const relation of ["members", "owners"] as const) {
    const references = relation === "members" ? members : owners;
    if (references.length === 0) continue;
    requireChangeable(call, target, relation);
    addLinks(call, target, relation, boundTo(directory, references));
  }
  if (Object.keys(values).length > 0) directory.write(target, values);
  return noContent();
}

/** `securityGroupDelete` decides whether a security group can be restored. */
export function deleteGroup(call: Call): Answer {
  const { directory } = call;
  const target = group(call);
  if (isOfExchange(target)) throw mailEnabledGroup();
  if (isSynchronised(target, directory)) throw masteredOnPremises();
  if (licencesIn(directory.record(target)).length > 0) throw licensedGroup();
  const isFinal =
    target.object === undefined && directory.state.behaviour.securityGroupDelete === "final";
  if (isFinal) directory.destroy(target);
  else directory.softDelete(target);
  return noContent();
}
