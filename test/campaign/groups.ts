import type { Chance } from "./chance.ts";
import { groupKinds, type DirectoryObject } from "./fake/model.ts";
import { judgeHolders, judgeList, textAt } from "./holders.ts";
import {
  aPerson,
  configuration,
  context,
  lacking,
  left,
  nothingChanges,
  references,
  type Answer,
  type Finding,
  type KnownSettings,
  type Objects,
  type Scenario,
  type Shortfall,
} from "./scenario.ts";
import { drawState, ids, markers } from "./world.ts";

const adding = /^Add-DistributionGroupMember$/;
const removing = /^Remove-DistributionGroupMember$/;

function isMember(objects: Objects, group: string): boolean {
  return objects.get(group)?.members.includes(ids.person) ?? false;
}

const membershipOf =
  (...groups: string[]) =>
  (difference: string): boolean =>
    groups.some((group) => difference === `${group} member:${ids.person}`);

function drawGroup(chance: Chance): string {
  return chance.weighted([
    [45, ids.list],
    [45, ids.security],
    [4, ids.synced],
    [3, ids.unified],
    [3, ids.list.replace(/.$/, "9")],
  ] as const);
}

export function grantGroup(chance: Chance, known: KnownSettings): Scenario {
  const group = drawGroup(chance);
  const Configuration = configuration(chance, known);
  const event = {
    actionContext: context(Configuration, references({ Id: group })),
    personContext: aPerson,
  };
  const judged = { event, mayChange: membershipOf(group) };
  return {
    ...judged,
    action: "permissions/groups/grantPermission",
    state: drawState(chance, {
      holds: chance.is(0.25) ? "held" : "not held",
      mayHaveLeft: false,
    }),
    shortfalls: (after) =>
      isMember(after, group) ? [] : [lacking(`no member of ${group}`, adding, group)],
    afterwards: () => ({
      ...judged,
      action: "permissions/groups/revokePermission",
      shortfalls: (after) => stillMember(after, [group]),
    }),
  };
}

/** Of those that Active Directory masters or Graph keeps, a refusal is right. */
function stillMember(after: Objects, groups: readonly string[]): Shortfall[] {
  return groups
    .filter((group) => isMember(after, group))
    .map((group) => left(`still a member of ${group}`, removing, group));
}

export function revokeGroup(chance: Chance, known: KnownSettings): Scenario {
  const group = drawGroup(chance);
  return {
    action: "permissions/groups/revokePermission",
    state: drawState(chance, {
      holds: chance.is(0.8) ? "held" : "not held",
      mayHaveLeft: true,
    }),
    event: {
      actionContext: context(configuration(chance, known), references({ Id: group })),
      personContext: aPerson,
    },
    mayChange: membershipOf(group),
    shortfalls: (after) => stillMember(after, [group]),
  };
}

const ofDepartment: Readonly<Record<string, string>> = { "D-1": ids.list, "D-2": ids.sales };
const partOf = (group: string): Record<string, unknown> => ({
  DisplayName: "A group",
  Reference: { Id: group },
});

export function subGroups(chance: Chance, known: KnownSettings): Scenario {
  const Operation = chance.oneOf(["grant", "update", "revoke"]);
  const departments = ["D-1", "D-2"].filter(() => chance.is(0.6));
  const recorded = [ids.list, ids.security, ids.sales].filter(() => chance.is(0.5));
  const current = Operation === "grant" && chance.is(0.5) ? [] : recorded;
  const wanted =
    Operation === "revoke" ? [] : departments.flatMap((name) => ofDepartment[name] ?? []);
  const ended = current.filter((group) => !wanted.includes(group));
  const eventOf = (CurrentPermissions: unknown): Scenario["event"] => ({
    actionContext: context(Configuration, {
      ...references({ Reference: "dg" }),
      Operation,
      CurrentPermissions,
    }),
    personContext: {
      Person: {
        ...aPerson.Person,
        Contracts: departments.map((ExternalId) => ({
          Context: { InConditions: true },
          Department: { ExternalId },
        })),
      },
    },
  });
  const Configuration = configuration(chance, known, { SubPermissionNoMatch: "skip" });
  return {
    action: "permissions/groups/subPermissions",
    state: drawState(chance, { holds: "either", mayHaveLeft: Operation === "revoke" }),
    event: eventOf(current.map(partOf)),
    again: ({ outputContext }) => eventOf(outputContext["SubPermissions"] ?? []),
    mayChange: membershipOf(...wanted, ...current),
    shortfalls: (after) => [
      ...stillMember(after, ended),
      ...wanted
        .filter((group) => !isMember(after, group))
        .map((group) => lacking(`no member of ${group}`, adding, group)),
    ],
    faults: ({ answer, before, after }) =>
      unrecorded(answer, [...new Set([...current, ...wanted])], (group) => ({
        isHeld: isMember(after, group),
        isOurs: current.includes(group) || !isMember(before, group),
      })),
  };
}

/** I6: what the account holds of what is on record, or was granted in this run, is on record in the answer. */
export function unrecorded(
  { outputContext }: Answer,
  keys: readonly string[],
  standing: (key: string) => { isHeld: boolean; isOurs: boolean },
): string[] {
  const recorded = ((outputContext["SubPermissions"] ?? []) as unknown[]).map((part) =>
    textAt(part, "Reference", "Id").toLowerCase(),
  );
  return keys
    .filter((key) => {
      const { isHeld, isOurs } = standing(key);
      return isHeld && isOurs && !recorded.includes(key.toLowerCase());
    })
    .map((key) => `I6 ${key} is held and not on record`);
}

export function listGroups(chance: Chance, known: KnownSettings): Scenario {
  return {
    action: "permissions/groups/permissions",
    state: drawState(chance, { holds: "either", mayHaveLeft: false }),
    event: { actionContext: context(configuration(chance, known)) },
    ...nothingChanges,
    faults: (finding) =>
      judgeList(
        finding,
        cloudGroups(finding.before).map(({ guid }) => JSON.stringify({ Id: guid })),
      ),
  };
}

function cloudGroups(objects: Objects): DirectoryObject[] {
  return [...objects.values()].filter(
    ({ kind, synced, deleted }) => groupKinds.includes(kind) && !synced && !deleted,
  );
}

/** The members that are persons' mailboxes. */
function holdersIn({ before }: Finding, groups: readonly DirectoryObject[]): string[] {
  return groups.flatMap(({ guid, members }) =>
    members
      .filter((member) => {
        const object = before.get(member);
        return object?.kind === "UserMailbox" && !object.deleted;
      })
      .map((member) => `${guid} ${member}`),
  );
}

export function importGroups(chance: Chance, known: KnownSettings): Scenario {
  return {
    action: "permissions/groups/importPermission",
    state: drawState(chance, { holds: "either", mayHaveLeft: true }),
    event: { actionContext: context(configuration(chance, known)) },
    ...nothingChanges,
    faults: (finding) =>
      judgeHolders(finding, { must: holdersIn(finding, cloudGroups(finding.before)) }, (record) =>
        textAt(record, "PermissionReference", "Id"),
      ),
  };
}

export function importSubGroups(chance: Chance, known: KnownSettings): Scenario {
  return {
    action: "permissions/groups/importSubPermissions",
    state: drawState(chance, { holds: "either", mayHaveLeft: true }),
    event: { actionContext: context(configuration(chance, known)) },
    ...nothingChanges,
    faults: (finding) =>
      judgeHolders(
        finding,
        {
          must: holdersIn(
            finding,
            cloudGroups(finding.before).filter(
              ({ custom }) => custom["CustomAttribute2"] === markers.groups,
            ),
          ),
        },
        (record) => textAt(record, "SubPermissionReference", "Id"),
      ),
  };
}
