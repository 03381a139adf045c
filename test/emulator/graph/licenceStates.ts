/** The licences that someone has, and where from. */
import type { Directory, Entity } from "./directory.ts";
import { isObject, type Json, type Values } from "./json.ts";

/** The licences of a record itself. */
export const licencesIn = (record: Values): Values[] =>
  Array.isArray(record["assignedLicenses"]) ? record["assignedLicenses"].filter(isObject) : [];

/** Direct licences, and those of the groups that have the user as a member (documented). */
export function licenceStates(user: Entity, directory: Directory): Values[] {
  const direct = licencesIn(directory.record(user)).map((licence) => stateOf(licence, null));
  const inherited = directory
    .entities("group")
    .filter((group) => licencesIn(directory.record(group)).length > 0)
    .filter((group) => directory.linked(group, "members").includes(user.id))
    .flatMap((group) =>
      licencesIn(directory.record(group)).map((licence) => stateOf(licence, group.id)),
    );
  return [...direct, ...inherited];
}

const stateOf = (licence: Values, assignedByGroup: string | null): Values => ({
  skuId: licence["skuId"] ?? null,
  disabledPlans: licence["disabledPlans"] ?? [],
  assignedByGroup,
  state: "Active",
  error: "None",
});

/** Each once, the direct one first. */
export function licencesOf(user: Entity, directory: Directory): Values[] {
  const all = new Map<Json, Values>();
  for (const { skuId = null, disabledPlans = [] } of licenceStates(user, directory))
    if (!all.has(skuId)) all.set(skuId, { disabledPlans, skuId });
  return [...all.values()];
}
