/** `/groups`: reading, creating, changing and deleting. */
import type { Answer } from "../message.ts";
import { bodyOf, named, noContent, type Call } from "./call.ts";
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

/** A body in two parts: what it sets, and whom it adds. */
interface Body {
  values: Values;
  members: readonly Json[];
  owners: readonly Json[];
}

/** At most 20 relations in one request (documented; the text is assumed). */
const maxRelations = 20;

function bodyParts(call: Call): Body {
  const { "members@odata.bind": members, "owners@odata.bind": owners, ...values } = bodyOf(call);
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
  const { directory } = call;
  const { values, members, owners } = bodyParts(call);
  for (const name of required)
    if (values[name] === undefined || values[name] === null) throw valueRequired(name, "Group");
  const isUnified = textsOf(values["groupTypes"]).includes("Unified");
  const { mailEnabled, securityEnabled } = values;
  if (mailEnabled === true && !isUnified) throw mailEnabledCreation();
  if (isUnified ? mailEnabled !== true : securityEnabled !== true) throw invalidValues();
  checkRule(values, textsOf(values["groupTypes"]));
  const [linked, owning] = [boundTo(directory, members), boundTo(directory, owners)];
  const created = isUnified ? createUnified(values, directory) : directory.addGroup(values);
  if (owning.length > 0) addLinks(call, created, "owners", owning);
  if (linked.length > 0) addLinks(call, created, "members", linked);
  return single(call, directory.current(created), 201);
}

/** Exchange has a Microsoft 365 group as well. That its address is in the initial domain is assumed. */
function createUnified(values: Values, directory: Directory): Entity {
  const { displayName, mailNickname, mailEnabled: _, ...rest } = values;
  const nickname = textOf(mailNickname);
  if (directory.store.findAll(nickname).some((one) => one["Alias"] === nickname))
    throw taken("mailNickname");
  const created = directory.addToExchange("group", {
    RecipientTypeDetails: "GroupMailbox",
    Name: nickname,
    DisplayName: textOf(displayName),
    Alias: nickname,
    EmailAddresses: [`SMTP:${nickname}@${directory.state.tenant.initialDomain}`],
    HiddenFromAddressListsEnabled: textsOf(values["resourceBehaviorOptions"]).includes(
      "HideGroupInOutlook",
    ),
  });
  directory.write(created, rest);
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
  const fixed = onceOnly.find((name) => name in values);
  if (fixed !== undefined) throw readOnlyProperty(fixed);
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
