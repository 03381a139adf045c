import {
  assertChangeable,
  changeableGroups,
  groupById,
  groupList,
  nameOf,
  routeOf,
  titleOf,
  type ChangeableKind,
  type Group,
} from "../graph/group.ts";
import { assertKind, groupByUniqueName, namedGroupLookup } from "../graph/groupCreation.ts";
import { memberList, usersOfAll } from "../graph/groupMembers.ts";
import {
  addingMember,
  isMember,
  memberAddition,
  memberRemoval,
  membershipLookup,
  removingMember,
} from "../graph/membership.ts";
import { operations, type GraphTarget } from "../graph/target.ts";
import { beginningOf, uniqueNameIn, uniqueNameOf } from "../graph/uniqueNames.ts";
import { userById } from "../graph/user.ts";
import { isGuid } from "../guid.ts";
import type { Permission, ReadingInput, SubPermissionHolders } from "../host/permissionActions.ts";
import type { Part, Parts, SubPermissionInput } from "../host/subPermissionActions.ts";
import type { Needs } from "../step.ts";
import { ImportFailures } from "./importFailures.ts";

/**
 * Membership of the groups that belong to the person's contracts: a group belongs to a value of the contract field when
 * its unique name holds the value, as the resources of the connector have it.
 */

export const partNeeds: Needs<GraphTarget> = {
  graph: operations(namedGroupLookup, groupList, membershipLookup, memberAddition, memberRemoval),
};
export const partImportNeeds: Needs<GraphTarget> = { graph: operations(memberList) };

/** The permission whose sub-permissions are groups, as HelloID's connector imports it. */
const ofDepartments: Permission = {
  identification: { Reference: "dep" },
  name: "Permission - Department",
};

interface GroupPart extends Part {
  group: Group;
}

function groupPart(group: Group): GroupPart {
  const { id, displayName: name } = group;
  return { key: id.toLowerCase(), name, reference: { Id: id }, group };
}

/** What the sub-permissions of a person are made of. */
export async function groupParts(
  kind: ChangeableKind,
  {
    accountReference,
    configuration: { UniqueNamePrefix: prefix = "" },
    read,
    change,
  }: SubPermissionInput<GraphTarget, "UniqueNamePrefix">,
): Promise<Parts<GroupPart>> {
  const user = await read(userById(accountReference));
  const description = (value: string): string =>
    `${titleOf(kind)} whose uniqueName is "${uniqueNameOf(kind, value, prefix)}"`;

  /** Looks a second time where the first look shows nothing: among all groups of the kind. */
  async function named(value: string): Promise<Group | undefined> {
    const name = uniqueNameOf(kind, value, prefix);
    const found = await read(groupByUniqueName(name));
    if (found) {
      assertKind(found, kind);
      return found;
    }
    return await read(async (targets) => {
      for await (const group of changeableGroups([kind], ["uniqueName"])(targets))
        if (uniqueNameIn(group).toLowerCase() === name.toLowerCase()) return group;
      return undefined;
    });
  }

  const unusable = new Map<string, string>();
  return {
    description,
    async belongingTo(value) {
      const group = await named(value);
      if (!group) return [];
      const route = routeOf(group);
      if (!("refused" in route)) return [groupPart(group)];
      unusable.set(value, `Group ${nameOf(group)} has this name, but ${route.refused}.`);
      return [];
    },
    unusable: (value) => Promise.resolve([unusable.get(value) ?? []].flat()),
    keyOf: (reference) => (isGuid(reference("Id")) ? reference("Id").toLowerCase() : undefined),
    isHeld: ({ group }) => read(isMember(group, user)),
    async grant({ group }) {
      await change(addingMember(group, user, await read(isMember(group, user))));
    },
    async revoke(id) {
      const group = await read(groupById(id));
      assertChangeable(group);
      await change(removingMember(group, user, await read(isMember(group, user))));
    },
  };
}

/** The users who are members of the groups that sub-permissions manage, as they arrive. */
export async function* partHolders(
  kind: ChangeableKind,
  {
    stream,
    log,
    configuration: { UniqueNamePrefix: prefix = "" },
  }: ReadingInput<GraphTarget, "UniqueNamePrefix">,
): AsyncGenerator<SubPermissionHolders, void, undefined> {
  const failures = new ImportFailures("group", "groups");
  const beginning = beginningOf(kind, prefix).toLowerCase();
  let groups = 0;
  const roles = (group: Group): "members"[] => {
    const isManaged = uniqueNameIn(group).toLowerCase().startsWith(beginning);
    if (isManaged) groups++;
    return isManaged ? ["members"] : [];
  };
  for await (const piece of stream(usersOfAll([kind], roles, ["uniqueName"]))) {
    const { group } = piece;
    if ("fault" in piece) failures.add(nameOf(group), piece.fault);
    else {
      const { reference, name } = groupPart(group);
      yield {
        permission: ofDepartments,
        description: uniqueNameIn(group),
        accountReferences: piece.users,
        subPermission: { identification: reference, name },
      };
    }
  }
  if (groups === 0)
    log(
      "warning",
      `No ${titleOf(kind)} has a uniqueName that begins with "${beginningOf(kind, prefix)}", so nothing is imported.`,
    );
  failures.throwIfAny();
}
