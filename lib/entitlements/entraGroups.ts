import {
  assertMasteredByGraph,
  changeableGroups,
  groupById,
  groupList,
  nameOf,
  type ChangeableKind,
  type Group,
} from "../graph/group.ts";
import { memberList, userMembersOfAll } from "../graph/groupMembers.ts";
import {
  addingMember,
  isMember,
  memberAddition,
  memberRemoval,
  membershipLookup,
  removingMember,
} from "../graph/membership.ts";
import { operations, type GraphTarget } from "../graph/target.ts";
import { userById } from "../graph/user.ts";
import type {
  Holders,
  Permission,
  PermissionInput,
  ReadingInput,
  Result,
} from "../host/permissionActions.ts";
import type { Needs } from "../step.ts";
import { ImportFailures } from "./importFailures.ts";

/**
 * What the sets of groups that Entra ID masters share: security groups and Microsoft 365 groups. Grant and revoke are
 * the same for both kinds, because HelloID's connector for Entra ID has both in one set.
 */

export const listNeeds: Needs<GraphTarget> = { graph: operations(groupList) };
export const grantNeeds: Needs<GraphTarget> = {
  graph: operations(membershipLookup, memberAddition),
};
export const revokeNeeds: Needs<GraphTarget> = {
  graph: operations(membershipLookup, memberRemoval),
};
export const importNeeds: Needs<GraphTarget> = { graph: operations(memberList) };

/** As HelloID's connector for Entra ID has them. */
const prefixes: Readonly<Record<ChangeableKind, string>> = {
  security: "Security Group",
  microsoft365: "M365 Group",
};

function groupPermission(kind: ChangeableKind, { id, displayName }: Group): Permission {
  return { identification: { Id: id }, name: `${prefixes[kind]} - ${displayName}` };
}

/** The groups of the kind whose members can be changed: not those of a rule, of Active Directory or of a role. */
export async function* groupPermissions(
  kind: ChangeableKind,
  { stream }: Pick<ReadingInput<GraphTarget>, "stream">,
): AsyncGenerator<Permission, void, undefined> {
  for await (const group of stream(changeableGroups(kind))) yield groupPermission(kind, group);
}

/** The membership that a permission means. Throws for a group whose members Graph does not change. */
async function membershipIn({
  accountReference,
  permission,
  read,
}: Pick<PermissionInput<GraphTarget>, "accountReference" | "permission" | "read">) {
  const [group, user] = await Promise.all([
    read(groupById(permission("Id"))),
    read(userById(accountReference)),
  ]);
  assertMasteredByGraph(group);
  return [group, user, await read(isMember(group, user))] as const;
}

/** Adds the user to the group. The request is always sent, because reads lag behind writes. */
export async function grantMembership(input: PermissionInput<GraphTarget>): Promise<Result> {
  await input.change(addingMember(...(await membershipIn(input))));
  return {};
}

/** Removes the user from the group. The request is always sent, because reads lag behind writes. */
export async function revokeMembership(input: PermissionInput<GraphTarget>): Promise<Result> {
  await input.change(removingMember(...(await membershipIn(input))));
  return {};
}

/**
 * The users who are direct members of the groups of the kind that `groupPermissions` lists, as they arrive. Throws at
 * the end when a group could not be read.
 */
export async function* membershipsOf(
  kind: ChangeableKind,
  { stream }: Pick<ReadingInput<GraphTarget>, "stream">,
): AsyncGenerator<Holders, void, undefined> {
  const failures = new ImportFailures("group", "groups");
  for await (const piece of stream(userMembersOfAll(kind, describing))) {
    if ("fault" in piece) failures.add(nameOf(piece.group), piece.fault);
    else
      yield {
        permission: groupPermission(kind, piece.group),
        description: descriptionOf(piece.group),
        accountReferences: piece.users,
      };
  }
  failures.throwIfAny();
}

/** The properties that `descriptionOf` reads. */
const describing = ["description", "assignedLicenses"];

function descriptionOf({ description, assignedLicenses }: Group): string {
  const hasLicences = Array.isArray(assignedLicenses) && assignedLicenses.length > 0;
  const own = typeof description === "string" ? description : "";
  return `${hasLicences ? "Assigns licences. " : ""}${own}`;
}
