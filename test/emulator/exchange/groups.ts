/**
 * What the cmdlets of distribution groups share: which groups they find, and who may change the
 * members of which.
 */
import { catalogue } from "../catalogue.ts";
import { theOne, type Call, type Cmdlet } from "./cmdlet.ts";
import {
  ambiguous,
  invalidValue,
  memberUnknown,
  missingParameters,
  notManagerOfGroup,
  notOnGroupMailbox,
  outOfWriteScope,
} from "./errors.ts";
import { textOf } from "./parameters.ts";
import type { DirectoryObject } from "../state.ts";
import { isSoftDeleted, type Store } from "../store.ts";
import { moment } from "./units.ts";

const kinds = new Set(catalogue.recipientTypeDetails["Get-DistributionGroup"]);

/** Dynamic and Microsoft 365 groups are not found by these cmdlets (documented). */
export const isDistributionGroup = (object: DirectoryObject): boolean =>
  kinds.has(String(object["RecipientTypeDetails"])) && !isSoftDeleted(object);

/** The group that a call may change. `what` of it is mastered on premises when the group is. */
export function groupToChange(
  cmdlet: Cmdlet["name"],
  { parameters, store }: Call,
  what: string,
): DirectoryObject {
  const group = groupNamed(textOf(parameters["Identity"]), store);
  if (group["IsDirSynced"] === true) throw outOfWriteScope(String(group["Name"]), cmdlet, what);
  // An application never manages a group. That any administrator may change other groups is
  // assumed.
  const isChecked =
    group["RecipientTypeDetails"] === "MailUniversalSecurityGroup" ||
    store.state.behaviour.managerCheck === "allGroups";
  if (isChecked && parameters["BypassSecurityGroupManagerCheck"] !== true)
    throw notManagerOfGroup();
  return group;
}

/** The one distribution group of an identity. */
export function groupNamed(identity: string, store: Store): DirectoryObject {
  refuseGroupMailbox(identity, store);
  return theOne(store, identity, isDistributionGroup);
}

/** A Microsoft 365 group is not found, or refused as what it is (`groupMailboxAsGroup`). */
export function refuseGroupMailbox(identity: string, store: Store): void {
  const found = store.find(identity);
  const isMailbox = found.some((object) => object["RecipientTypeDetails"] === "GroupMailbox");
  if (
    isMailbox &&
    !found.some(isDistributionGroup) &&
    store.state.behaviour.groupMailboxAsGroup === "notSupported"
  )
    throw notOnGroupMailbox();
}

/** The group whose members a call may change, and the recipient that its Member names. */
export function groupAndMember(
  cmdlet: Cmdlet["name"],
  call: Call,
): { group: DirectoryObject; member: DirectoryObject } {
  if (!call.parameters["Member"]) throw missingParameters(["Member"]);
  // How members are named is assumed.
  const group = groupToChange(cmdlet, call, "Members");
  return { group, member: memberNamed(textOf(call.parameters["Member"]), group, call.store) };
}

const users = ["User", "DisabledUser"];

/**
 * Documented: a Microsoft 365 group, or a user without an address, cannot become a member; how that
 * is refused is assumed. A member that lost its licence is such a user, and can be removed: the
 * parameter takes users of the directory (its type is documented).
 */
function memberNamed(identity: string, group: DirectoryObject, store: Store): DirectoryObject {
  const members = membersOf(group, store);
  const canBeNamed = (object: DirectoryObject): boolean =>
    users.includes(String(object["RecipientTypeDetails"]))
      ? members.includes(String(object["Guid"]))
      : object["RecipientTypeDetails"] !== "GroupMailbox";
  const found = store
    .find(identity)
    .filter((object) => canBeNamed(object) && !isSoftDeleted(object));
  const [first] = found;
  if (!first) throw memberUnknown(identity);
  if (found.length > 1) throw ambiguous(identity, store.state.behaviour.ambiguity);
  return first;
}

export const membersOf = (group: DirectoryObject, store: Store): string[] =>
  store.property(group, "Members") as string[];

export function writeMembers(
  group: DirectoryObject,
  members: string[],
  { store, now }: Call,
): void {
  store.change(group, { Members: members, WhenChanged: moment(now).replace("Z", "+00:00") });
}

/** Documented; the text is assumed. */
export function refuseOpenSecurity(group: DirectoryObject): void {
  const open = ["MemberJoinRestriction", "MemberDepartRestriction"].find(
    (name) => group[name] === "Open",
  );
  if (group["RecipientTypeDetails"] === "MailUniversalSecurityGroup" && open)
    throw invalidValue(`${open} can't be Open for a security group.`);
}
