import type { Operations } from "../step.ts";
import type { GraphObject } from "./client/replies.ts";
import { groupById, groupLookup, nameOf as groupName, type Group } from "./group.ts";
import { mergedOperations } from "../step.ts";
import { isGoneFrom, ownedList } from "./ownedList.ts";
import type { GraphQuery, GraphStep } from "./target.ts";
import { nameOf, userById, userLookup, type User } from "./user.ts";

/** What `isMember` and the looks of the steps that change members send. */
export const membershipLookup: Operations = mergedOperations(groupLookup, userLookup, {
  "GET /users/{user}/memberOf/microsoft.graph.group": ["user", "$select", "$top"],
});
/** What `isOwner` and the looks of the steps that change owners send. */
export const ownershipLookup: Operations = mergedOperations(groupLookup, userLookup, {
  "GET /groups/{group}/owners": ["group", "$select", "$top"],
});
/** What `addingMember` and `removingMember` send, without their looks. */
export const memberAddition: Operations = {
  "POST /groups/{group}/members/$ref": ["group", "member"],
};
export const memberRemoval: Operations = {
  "DELETE /groups/{group}/members/{member}/$ref": ["group", "member"],
};
/** What `addingOwner` and `removingOwner` send, without their looks. */
export const ownerAddition: Operations = { "POST /groups/{group}/owners/$ref": ["group", "owner"] };
export const ownerRemoval: Operations = {
  "DELETE /groups/{group}/owners/{owner}/$ref": ["group", "owner"],
};

/**
 * Whether the user is a direct member. The groups of a user are far fewer than the members of a large group, and a
 * filter on those would read an index that lags. Throws a proven `missing` fault when the user does not exist.
 */
export function isMember(group: Group, user: User): GraphQuery<boolean> {
  return async (targets) => (await groupsOf(user)(targets)).some(is(group));
}

function groupsOf(user: User): GraphQuery<GraphObject[]> {
  const operation = "GET /users/{user}/memberOf/microsoft.graph.group";
  const read = { operation, ids: { user: user.id }, query: { select: [], top: 999 } } as const;
  return ownedList(read, userById(user.id));
}

/**
 * Whether the user is an owner of the group, which has at most 100 of them. Throws a proven `missing` fault when the
 * group does not exist.
 */
export function isOwner(group: Group, user: User): GraphQuery<boolean> {
  return async (targets) => (await ownersOf(group)(targets)).some(is(user));
}

function ownersOf(group: Group): GraphQuery<GraphObject[]> {
  const operation = "GET /groups/{group}/owners";
  const read = { operation, ids: { group: group.id }, query: { select: [], top: 999 } } as const;
  return ownedList(read, groupById(group.id));
}

/** Makes the user a member. */
export function addingMember(group: Group, user: User, wasMember: boolean): GraphStep {
  return {
    target: "graph",
    operation: "POST /groups/{group}/members/$ref",
    parameters: { group: group.id, member: user.id },
    sentence: `Add ${nameOf(user)} to group ${groupName(group)}`,
    before: { isMember: wasMember },
    isInPlace: wasMember,
    isInEffect: shownOrExplained(group, user, isMember(group, user)),
  };
}

/** Ends the user's membership. */
export function removingMember(group: Group, user: User, wasMember: boolean): GraphStep {
  return {
    target: "graph",
    operation: "DELETE /groups/{group}/members/{member}/$ref",
    parameters: { group: group.id, member: user.id },
    sentence: `Remove ${nameOf(user)} from group ${groupName(group)}`,
    before: { isMember: wasMember },
    isInPlace: !wasMember,
    isInEffect: isGoneFrom(groupsOf(user), is(group)),
    isRemoval: true,
  };
}

/** Makes the user an owner. */
export function addingOwner(group: Group, user: User, wasOwner: boolean): GraphStep {
  return {
    target: "graph",
    operation: "POST /groups/{group}/owners/$ref",
    parameters: { group: group.id, owner: user.id },
    sentence: `Make ${nameOf(user)} an owner of group ${groupName(group)}`,
    before: { isOwner: wasOwner },
    isInPlace: wasOwner,
    isInEffect: shownOrExplained(group, user, isOwner(group, user)),
  };
}

/** Ends the user's ownership. Graph refuses to remove the last owner. */
export function removingOwner(group: Group, user: User, wasOwner: boolean): GraphStep {
  return {
    target: "graph",
    operation: "DELETE /groups/{group}/owners/{owner}/$ref",
    parameters: { group: group.id, owner: user.id },
    sentence: `Remove ${nameOf(user)} as an owner of group ${groupName(group)}`,
    before: { isOwner: wasOwner },
    isInPlace: !wasOwner,
    isInEffect: isGoneFrom(ownersOf(group), is(user)),
    isRemoval: true,
  };
}

/**
 * Whether the user is listed. If not, reads the group and the user: "does not exist" has one text for both, so only a
 * read shows which one, and throws its proven `missing` fault.
 */
function shownOrExplained(
  group: Group,
  user: User,
  isListed: GraphQuery<boolean>,
): GraphQuery<boolean> {
  return async (targets) => {
    if (await isListed(targets)) return true;
    await groupById(group.id)(targets);
    await userById(user.id)(targets);
    return false;
  };
}

function is({ id: wanted }: { id: string }): (object: GraphObject) => boolean {
  return ({ id }) => id.toLowerCase() === wanted.toLowerCase();
}
