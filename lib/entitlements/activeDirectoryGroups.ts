/** What the permissions of groups of Active Directory agree on: a permission is the direct membership of one group. */
import {
  assertChangeable,
  changeableGroups,
  groupById,
  groupLookup,
  isSecurityGroup,
  nameOf as groupName,
  type Group,
} from "../activeDirectory/group.ts";
import {
  addingMember,
  isMember,
  memberAddition,
  memberRemoval,
  membershipLookup,
  membershipsOver,
  membersOf,
  removingMember,
} from "../activeDirectory/membership.ts";
import { operations, type DirectoryTarget } from "../activeDirectory/target.ts";
import { nameOf, userById, userLookup, type User } from "../activeDirectory/user.ts";
import { Fault } from "../fault.ts";
import type {
  Holders,
  Permission,
  PermissionInput,
  ReadingInput,
  Result,
} from "../host/permissionActions.ts";
import { mergedOperations, type Gate, type Needs, type Operations } from "../step.ts";

/** What `addToGroup` and `removeFromGroup` send. */
export const additionNeeds: Operations = mergedOperations(membershipLookup, memberAddition);
export const removalNeeds: Operations = mergedOperations(membershipLookup, memberRemoval);

export const listNeeds: Needs<DirectoryTarget> = { activeDirectory: operations(groupLookup) };
export const grantNeeds: Needs<DirectoryTarget> = {
  activeDirectory: operations(groupLookup, userLookup(), additionNeeds),
};
export const revokeNeeds: Needs<DirectoryTarget> = {
  activeDirectory: operations(groupLookup, userLookup(), removalNeeds),
};
export const importNeeds: Needs<DirectoryTarget> = {
  activeDirectory: operations(groupLookup, membershipLookup),
};

type Reading = Pick<ReadingInput<DirectoryTarget>, "stream" | "read" | "log">;

/** The permissions: the groups below the base DN whose members the connector changes. */
export async function* groupPermissions({
  stream,
}: Pick<Reading, "stream">): AsyncGenerator<Permission, void, undefined> {
  for await (const group of stream(changeableGroups())) yield permissionOf(group);
}

function permissionOf(group: Group): Permission {
  const kind = isSecurityGroup(group) ? "Security Group" : "Distribution Group";
  return { identification: { Id: group.id }, name: `${kind} - ${group.name}` };
}

/** The users who are direct members of the groups that `groupPermissions` lists. */
export async function* membershipsOf({
  stream,
  read,
  log,
}: Reading): AsyncGenerator<Holders, void, undefined> {
  for await (const group of stream(changeableGroups())) {
    const { users, groups, unseen } = await read(membersOf(group));
    if (groups > 0)
      log(
        "information",
        `Group ${groupName(group)} contains other groups (${groups}), whose members are not imported as its own.`,
      );
    if (unseen > 0)
      log(
        "warning",
        `Group ${groupName(group)} has members of other domains (${unseen}) who are below no base DN of the ` +
          "configuration, and are not imported.",
      );
    yield {
      permission: permissionOf(group),
      description: typeof group["description"] === "string" ? group["description"] : "",
      accountReferences: users,
    };
  }
}

type Input = PermissionInput<DirectoryTarget>;

async function partsOf({
  accountReference,
  permission,
  read,
}: Pick<Input, "accountReference" | "permission" | "read">): Promise<{
  group: Group;
  user: User;
}> {
  // Both references are checked before anything is sent.
  const [ofGroup, ofUser] = [groupById(permission("Id")), userById(accountReference)];
  const [group, user] = await Promise.all([read(ofGroup), read(ofUser)]);
  assertChangeable(group);
  return { group, user };
}

/** Makes the user a direct member of the group. */
export async function grantMembership(input: Input): Promise<Result> {
  const { group, user } = await partsOf(input);
  return await addToGroup(group, user, input);
}

type Ways = Pick<Gate<DirectoryTarget>, "read" | "change">;

/** Makes the user a direct member of the group, unless it is one already. */
export async function addToGroup(
  group: Group,
  user: User,
  { read, change }: Ways,
): Promise<Result> {
  if (await read(isMember(group, user)))
    return {
      audit: [{ Message: `${nameOf(user)} is a member of group ${groupName(group)} already.` }],
    };
  const step = addingMember(group, user);
  // Someone else may have added the member in the meantime, which is refused (68, measured).
  const recover = recovering(async () => await read(isMember(group, user)));
  await change({ ...step, recover });
  return {};
}

/** Ends the direct membership. The audit log names groups over which the user still is a member. */
export async function revokeMembership(input: Input): Promise<Result> {
  const { group, user } = await partsOf(input);
  return await removeFromGroup(group, user, input);
}

/** The same for a group and a user that were read. */
export async function removeFromGroup(
  group: Group,
  user: User,
  { read, change }: Ways,
): Promise<Result> {
  const wasMember = await read(isMember(group, user));
  if (wasMember) {
    const step = removingMember(group, user);
    // Someone else may have removed the member in the meantime, which is refused (53, measured).
    const recover = recovering(async () => !(await read(isMember(group, user))));
    await change({ ...step, recover });
  }
  const over = await read(membershipsOver(group, user));
  const audit = wasMember
    ? []
    : [{ Message: `${nameOf(user)} is no direct member of group ${groupName(group)}.` }];
  if (over.length > 0)
    audit.push({
      Message:
        `${nameOf(user)} still has what group ${groupName(group)} gives, as a member of ${over.join(", ")}, ` +
        "which it contains.",
    });
  return { audit };
}

/** What becomes of a step that failed: a look at the state decides. */
export function recovering(isSo: () => Promise<boolean>) {
  return async (fault: Fault): Promise<"alreadySo" | "done"> => {
    if (fault.kind === "denied" || !(await isSo())) throw fault;
    return fault.kind === "unavailable" ? "done" : "alreadySo";
  };
}
