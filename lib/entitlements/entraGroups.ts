import { cmdlets, type ExchangeTarget } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import {
  assertChangeable,
  changeableGroups,
  exchangeMasters,
  groupById,
  groupList,
  kindOf,
  nameOf,
  type Group,
  type GroupKind,
} from "../graph/group.ts";
import { holderList, usersOfAll } from "../graph/groupMembers.ts";
import {
  addingMember,
  addingOwner,
  isMember,
  isOwner,
  memberAddition,
  memberRemoval,
  membershipLookup,
  ownerAddition,
  ownerRemoval,
  ownershipLookup,
  removingMember,
  removingOwner,
} from "../graph/membership.ts";
import { operations, type GraphTarget } from "../graph/target.ts";
import { userById, type User } from "../graph/user.ts";
import type {
  Holders,
  Permission,
  PermissionInput,
  ReadingInput,
  Result,
} from "../host/permissionActions.ts";
import type { Needs } from "../step.ts";
import {
  addInExchange,
  exchangeGrant,
  exchangeRevoke,
  removeInExchange,
} from "./exchangeMembers.ts";
import { ImportFailures } from "./importFailures.ts";

/**
 * What the sets of groups of Entra ID share. Grant and revoke are the same for every kind, because one list can have
 * groups of several: who masters the members of a group decides the way before anything is sent.
 */

type Targets = ExchangeTarget & GraphTarget;

export const listNeeds: Needs<GraphTarget> = { graph: operations(groupList) };
export const grantNeeds: Needs<Targets> = {
  graph: operations(membershipLookup, memberAddition, ownershipLookup, ownerAddition),
  exchange: cmdlets(exchangeGrant),
};
export const revokeNeeds: Needs<Targets> = {
  graph: operations(membershipLookup, memberRemoval, ownershipLookup, ownerRemoval),
  exchange: cmdlets(exchangeRevoke),
};
export const importNeeds: Needs<GraphTarget> = { graph: operations(holderList) };

/** As HelloID's connectors have them. */
const prefixes: Readonly<Record<GroupKind, string>> = {
  security: "Security Group",
  microsoft365: "M365 Group",
  mailEnabledSecurity: "Mail-enabled Security Group",
  distributionList: "Distribution Group",
};

/** What a permission of a group means. A reference without a name is of a member, as HelloID's connectors have it. */
type Role = "members" | "owners";
const owner = "Owner";

function groupPermission(group: Group, role: Role): Permission {
  const name = `${prefixes[kindOf(group)]} - ${group.displayName}`;
  return role === "members"
    ? { identification: { Id: group.id }, name }
    : { identification: { Id: group.id, Permission: owner }, name, suffix: ` - ${owner}` };
}

/** The roles of a group that are permissions: Exchange masters the owners of its own groups, which are none. */
function rolesOf(group: Group, hasOwners: boolean): Role[] {
  return hasOwners && !exchangeMasters(group) ? ["members", "owners"] : ["members"];
}

type Listing = Pick<
  ReadingInput<GraphTarget, "GroupOwners" | "exchangeOnlineIntegration">,
  "stream" | "configuration"
>;

/** The groups of the kinds whose members can be changed: not those of a rule, of Active Directory or of a role. */
export async function* groupPermissions(
  kinds: readonly GroupKind[],
  { stream, configuration }: Listing,
): AsyncGenerator<Permission, void, undefined> {
  assertGrantable(kinds, configuration);
  for await (const group of stream(changeableGroups(kinds)))
    for (const role of rolesOf(group, configuration.GroupOwners === true))
      yield groupPermission(group, role);
}

/** What is listed can be granted. */
function assertGrantable(
  kinds: readonly GroupKind[],
  { exchangeOnlineIntegration }: Listing["configuration"],
): void {
  const ofExchange = kinds.filter((kind) => kind !== "security" && kind !== "microsoft365");
  if (ofExchange.length === 0 || exchangeOnlineIntegration === true) return;
  throw Fault.invalid(
    `"Kinds of group" (EntraGroupKinds) has ${ofExchange.join(" and ")}, whose members Exchange Online masters; ` +
      'expected "Exchange Online" (exchangeOnlineIntegration) to be on as well.',
  );
}

type Input = PermissionInput<Targets, "exchangeOnlineIntegration">;

/** The group, the user and the role of a permission. Throws for a group that no target changes. */
async function partsOf({
  accountReference,
  permission,
  configuration,
  read,
}: Input): Promise<{ group: Group; user: User; role: Role; isOfExchange: boolean }> {
  const named = permission("Permission");
  if (!["", "member", owner.toLowerCase()].includes(named.toLowerCase()))
    throw Fault.invalid(
      `Permission of the permission reference is "${named}"; expected ${owner}, or none for a member.`,
    );
  const role = named.toLowerCase() === owner.toLowerCase() ? "owners" : "members";
  // Both references are checked before anything is sent.
  const [ofGroup, ofUser] = [groupById(permission("Id")), userById(accountReference)];
  const [group, user] = await Promise.all([read(ofGroup), read(ofUser)]);
  const hasExchange = configuration.exchangeOnlineIntegration === true && role === "members";
  assertChangeable(group, { hasExchange });
  return { group, user, role, isOfExchange: exchangeMasters(group) };
}

/** Makes the user a member or an owner. The request is always sent, because reads lag behind writes. */
export async function grantMembership(input: Input): Promise<Result> {
  const { group, user, role, isOfExchange } = await partsOf(input);
  const { read, change } = input;
  if (isOfExchange) await addInExchange({ groupId: group.id, userId: user.id }, input);
  else if (role === "owners")
    await change(addingOwner(group, user, await read(isOwner(group, user))));
  else await change(addingMember(group, user, await read(isMember(group, user))));
  return {};
}

/** Ends the membership or the ownership. The request is always sent, because reads lag behind writes. */
export async function revokeMembership(input: Input): Promise<Result> {
  const { group, user, role, isOfExchange } = await partsOf(input);
  const { read, change } = input;
  if (isOfExchange) await removeInExchange({ groupId: group.id, userId: user.id }, input);
  else if (role === "owners")
    await change(removingOwner(group, user, await read(isOwner(group, user))));
  else await change(removingMember(group, user, await read(isMember(group, user))));
  return {};
}

/**
 * The users who are direct members, and owners if they are listed, of the groups that `groupPermissions` lists, as they
 * arrive. Throws at the end when a group could not be read.
 */
export async function* membershipsOf(
  kinds: readonly GroupKind[],
  { stream, configuration }: Listing,
): AsyncGenerator<Holders, void, undefined> {
  assertGrantable(kinds, configuration);
  const failures = new ImportFailures("group", "groups");
  const hasOwners = configuration.GroupOwners === true;
  const roles = (group: Group): Role[] => rolesOf(group, hasOwners);
  for await (const piece of stream(usersOfAll(kinds, roles, describing))) {
    const { group, role } = piece;
    if ("fault" in piece) failures.add(nameOf(group), piece.fault);
    else
      yield {
        permission: groupPermission(group, role),
        description: descriptionOf(group),
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
