/**
 * Groups of Exchange Online for accounts of Active Directory. Who masters the members of a group decides, in each
 * event, where a membership is written.
 */
import {
  exchangeReferenceLookup,
  exchangeReferenceOf,
  linkLookup,
  referenceToRevokeOf,
  revokingLookup,
} from "../accounts/hybridLink.ts";
import { assertHasExchange, type HybridTargets } from "../accounts/hybridMailbox.ts";
import { assertChangeable, groupBySid, groupSearch } from "../activeDirectory/group.ts";
import { operations as directoryOperations } from "../activeDirectory/target.ts";
import { userById, userLookup } from "../activeDirectory/user.ts";
import { accountById, accountLookup, accountOrFormerById } from "../exchange/account.ts";
import {
  adding,
  groupOfAnyMasterById,
  isSynced,
  memberAddition,
  memberRemoval,
  membershipLookup,
  removing,
  type Group,
} from "../exchange/group.ts";
import { nameOf } from "../exchange/naming.ts";
import { cmdlets } from "../exchange/target.ts";
import { groupLookup, onPremisesSidOf } from "../graph/group.ts";
import { operations } from "../graph/target.ts";
import type { PermissionInput, Result } from "../host/permissionActions.ts";
import type { Needs } from "../step.ts";
import {
  additionNeeds,
  addToGroup,
  removalNeeds,
  removeFromGroup,
} from "./activeDirectoryGroups.ts";

const anchor = "mS-DS-ConsistencyGuid";
const lookups = [accountLookup, exchangeReferenceLookup, membershipLookup];
const graph = [linkLookup, groupLookup];

export const grantNeeds: Needs<HybridTargets> = {
  activeDirectory: directoryOperations(userLookup(anchor), groupSearch, additionNeeds),
  graph: operations(...graph),
  exchange: cmdlets(...lookups, memberAddition),
};
export const revokeNeeds: Needs<HybridTargets> = {
  activeDirectory: directoryOperations(userLookup(anchor), groupSearch, removalNeeds),
  graph: operations(...graph, revokingLookup),
  exchange: cmdlets(...lookups, memberRemoval),
};

type Input = PermissionInput<HybridTargets, "exchangeOnlineIntegration">;

/** Makes the account a member: in Active Directory, when that masters the group, and otherwise in Exchange Online. */
export async function grantMembership(input: Input): Promise<Result> {
  const { user, group, ofDirectory } = await partsOf(input);
  if (ofDirectory) return await addToGroup(ofDirectory, user, input);
  const reference = await exchangeReferenceOf(user, input);
  await input.change(adding(group, await input.read(accountById(reference))));
  return {};
}

/** Ends the membership in the same place. */
export async function revokeMembership(input: Input): Promise<Result> {
  const { user, group, ofDirectory } = await partsOf(input);
  if (ofDirectory) return await removeFromGroup(ofDirectory, user, input);
  const reference = await referenceToRevokeOf(user, input);
  await input.change(removing(group, await input.read(accountOrFormerById(reference))));
  return {};
}

const objectId = "ExternalDirectoryObjectId";

/** `ofDirectory`: the group in Active Directory, when that masters its members. */
async function partsOf({ accountReference, permission, configuration, read }: Input) {
  assertHasExchange(configuration);
  // Both references are checked before anything is sent.
  const ofGroup = groupOfAnyMasterById(permission("Id"), [objectId]);
  const ofUser = userById(accountReference, [anchor]);
  const [group, user] = await Promise.all([read(ofGroup), read(ofUser)]);
  if (!isSynced(group)) return { user, group, ofDirectory: undefined };
  const sid = await read(onPremisesSidOf(objectIdOf(group)));
  const ofDirectory = await read(groupBySid(sid, nameOf(group)));
  assertChangeable(ofDirectory);
  return { user, group, ofDirectory };
}

function objectIdOf(group: Group): string {
  return String(group[objectId]);
}
