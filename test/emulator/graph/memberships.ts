/** What someone is a member of. */
import type { Answer } from "../message.ts";
import { roleTemplates } from "../entra/directoryRoles.ts";
import { guidPattern } from "../shapes.ts";
import { bodyOf, json, named, type Call } from "./call.ts";
import type { Directory, Entity, Seen } from "./directory.ts";
import { invalidIdentifier, notImplemented, tooMany, valueRequired } from "./errors.ts";
import { textsOf } from "./json.ts";
import { rolesOf } from "./privilege.ts";
import { list, listObjects } from "./query.ts";

const user = (call: Call): Entity => named(call, "user", "user");

/** The groups with this member, as a reader sees them; with `isDeep` also those that contain such a group. */
function groupsOf(id: string, directory: Directory, isDeep: boolean): Entity[] {
  const groups = directory.entities("group").map((group) => ({
    group,
    members: new Set(directory.seenLinks(group, "members")),
  }));
  const found = new Map<string, Entity>();
  const add = (member: string): void => {
    for (const { group, members } of groups) {
      if (!members.has(member) || found.has(group.id)) continue;
      found.set(group.id, group);
      if (isDeep) add(group.id);
    }
  };
  add(id);
  return [...found.values()];
}

export const memberOf = (call: Call): Answer => listed(call, false);
export const transitiveMemberOf = (call: Call): Answer => listed(call, true);

function listed(call: Call, isDeep: boolean): Answer {
  const target = user(call);
  const { directory } = call;
  const groups = (): Seen[] =>
    groupsOf(target.id, directory, isDeep).map((group) => directory.current(group));
  const type = call.parameters["type"]?.toLowerCase();
  if (type === "microsoft.graph.group") return list(call, "group", groups);
  if (type === "microsoft.graph.directoryrole") return directoryRoles(call, target);
  if (type !== undefined) throw notImplemented(`memberOf as '${type}'`);
  // Directory roles are not among them here.
  return listObjects(call, groups);
}

/** Their ids are those of the templates here; in a tenant each role has its own. */
function directoryRoles(call: Call, target: Entity): Answer {
  const value = rolesOf(target, call.directory).map((displayName) => ({
    id: roleTemplates[displayName],
    displayName,
    roleTemplateId: roleTemplates[displayName],
  }));
  return json({ "@odata.context": `${call.root}/$metadata#directoryRoles`, value });
}

/** At most 20 at once (documented). Memberships through other groups count (documented). */
export function checkMemberGroups(call: Call): Answer {
  const target = user(call);
  const body = bodyOf(call);
  if (!Array.isArray(body["groupIds"])) throw valueRequired("groupIds", "User");
  const ids = textsOf(body["groupIds"]);
  if (ids.length > 20) throw tooMany("groupIds", 20);
  const strange = ids.find((id) => !guidPattern.test(id));
  if (strange !== undefined) throw invalidIdentifier(strange);
  const all = new Set(groupsOf(target.id, call.directory, true).map(({ id }) => id));
  return strings(
    call,
    ids.filter((id) => all.has(id.toLowerCase())),
  );
}

export function getMemberGroups(call: Call): Answer {
  const target = user(call);
  const { directory } = call;
  const isSecurityOnly = bodyOf(call)["securityEnabledOnly"] === true;
  const groups = groupsOf(target.id, directory, true).filter(
    (group) => !isSecurityOnly || directory.value(group, "securityEnabled") === true,
  );
  return strings(
    call,
    groups.map(({ id }) => id),
  );
}

const strings = ({ root }: Call, value: string[]): Answer =>
  json({ "@odata.context": `${root}/$metadata#Collection(Edm.String)`, value });
