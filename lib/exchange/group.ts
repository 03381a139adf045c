import { Fault } from "../fault.ts";
import type { Alternative } from "../step.ts";
import { recipientTypes } from "../generated/mailbox.ts";
import type { Account } from "./account.ts";
import { textOf, type Parameters, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { allOf, equals, not } from "./client/opath.ts";
import { foundByGuid } from "./absence.ts";
import { doesNotExist, exactlyOne, isAmong } from "./client/lookUp.ts";
import { nameOf } from "./naming.ts";
import { isGuid, assertGuid } from "../guid.ts";
import { together } from "./together.ts";
import type { Cmdlets, ExchangeStep, ExchangeQuery } from "./target.ts";

/** A distribution group, mail-enabled security group or room list that is mastered in Exchange Online. */
export interface Group extends Row {
  Guid: string;
  DisplayName: string;
  PrimarySmtpAddress: string;
  RecipientTypeDetails: string;
}

/** The properties that every group is read with. */
export const groupProperties = [
  "Guid",
  "DisplayName",
  "PrimarySmtpAddress",
  "RecipientTypeDetails",
  "IsDirSynced",
];
/** The one kind of group that can also hold rights. */
export const securityGroup = "MailUniversalSecurityGroup";
export const distributionGroup = "MailUniversalDistributionGroup";
/**
 * The kinds whose members are kept in Exchange Online and can be added. A room list is a distribution group whose
 * members room finders show; the HelloID connector lists it as one.
 */
export const groupTypes: readonly string[] = [distributionGroup, securityGroup, "RoomList"];

/** What `groupById` and `isMember` send. */
export const membershipLookup: Cmdlets = {
  "Get-DistributionGroup": ["Identity", "Filter"],
  "Get-Recipient": ["Identity", "RecipientTypeDetails"],
};

/**
 * The cloud group with this Guid. Throws as `groupOfAnyMasterById`, and `onPremises` when Active Directory masters it.
 */
export function groupById(id: string): ExchangeQuery<Group> {
  const query = groupOfAnyMasterById(id);
  return async (targets) => {
    const group = await query(targets);
    if (isSynced(group))
      throw new Fault({
        kind: "onPremises",
        message:
          `Group ${nameOf(group)} is synchronised from Active Directory, which masters its members: change ` +
          "them there (attribute member).",
      });
    return group;
  };
}

/**
 * The group with this Guid, which Active Directory may master; `alsoRead` names other properties to read. Throws a
 * `missing` fault when there is none, and `invalid` for a cloud group whose members Exchange cannot change: the fault
 * explains why.
 */
export function groupOfAnyMasterById(
  id: string,
  alsoRead: readonly string[] = [],
): ExchangeQuery<Group> {
  assertGuid(id, "The Id of the group in the permission reference");
  const select = [...groupProperties, ...alsoRead];
  return async ({ exchange }) => {
    const group = groupOf(
      await exactlyOne(
        exchange,
        { cmdlet: "Get-DistributionGroup", parameters: { Identity: id }, select },
        { what: `group ${id}`, guid: id, none: (cause) => whatElse(id, cause, exchange) },
      ),
    );
    if (!isSynced(group) && !groupTypes.includes(group.RecipientTypeDetails))
      throw Fault.invalid(
        `Group ${nameOf(group)} is a ${group.RecipientTypeDetails}; expected a distribution group, a ` +
          "mail-enabled security group or a room list.",
      );
    return group;
  };
}

/**
 * The fault for a group that Get-DistributionGroup does not find. Get-Recipient returns a Microsoft 365 group only if
 * its type is named.
 */
async function whatElse(id: string, cause: Fault | undefined, exchange: Exchange): Promise<Fault> {
  const row = await foundByGuid(exchange, id, {
    cmdlet: "Get-Recipient",
    parameters: { Identity: id, RecipientTypeDetails: recipientTypes },
    select: groupProperties,
  });
  if (!row) return doesNotExist(`Group ${id}`, cause, { isProven: true });
  const recipient = groupOf(row);
  // The refusal itself can name the type.
  const isUnified = /GroupMailbox/i.test(cause?.message ?? "");
  const type = isUnified ? "GroupMailbox" : recipient.RecipientTypeDetails;
  if (groupTypes.includes(type))
    return new Fault({
      kind: "notReady",
      message:
        `Group ${nameOf(recipient)} exists, but cannot be found as a group yet: Exchange needs some time ` +
        "after a group is created.",
      cause,
    });
  const why = reasons[type] ?? `is a ${type}; expected a group`;
  return Fault.invalid(`${nameOf(recipient)} ${why}.`);
}

/** Why no one can be added to a group of this type, as the end of a sentence; undefined when it can be changed. */
export function whyUnchangeable(type: string, isSynchronised: boolean): string | undefined {
  if (isSynchronised) return "is synchronised from Active Directory, which masters its members";
  return groupTypes.includes(type) ? undefined : (reasons[type] ?? `is a ${type}`);
}

const reasons: Readonly<Record<string, string>> = {
  DynamicDistributionGroup:
    "is a dynamic distribution group: its filter decides who belongs to it, and no one can be added or removed",
  GroupMailbox:
    "is a Microsoft 365 group: its members are changed through Microsoft Graph, not through Exchange",
};

/**
 * Whether the account is a direct member. A filter on the account's distinguished name answers that in one request;
 * listing the members of a large group takes many pages.
 */
export function isMember(group: Group, account: Account): ExchangeQuery<boolean> {
  return isFound(group, equals("Members", account.DistinguishedName));
}

/**
 * Whether the account certainly is no direct member: an empty answer shows nothing, so the group has to come back for
 * the opposite condition.
 */
function hasLeft(group: Group, account: Account): ExchangeQuery<boolean> {
  const isNoMember = isFound(group, not(equals("Members", account.DistinguishedName)));
  const looks = together(isMember(group, account), isNoMember);
  return async (targets) => {
    const [isListed, isShownWithout] = await looks(targets);
    return !isListed && isShownWithout;
  };
}

/** Whether the group comes back for a condition. */
function isFound({ Guid }: Group, condition: string): ExchangeQuery<boolean> {
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke({
      cmdlet: "Get-DistributionGroup",
      parameters: { Filter: allOf(equals("Guid", Guid), condition) },
      select: ["Guid"],
    });
    return isAmong(Guid, rows);
  };
}

const anyMembership = ["Identity", "Member", "BypassSecurityGroupManagerCheck"];
/** What `adding` sends. */
export const memberAddition: Cmdlets = { "Add-DistributionGroupMember": anyMembership };
/** What `removing` sends. */
export const memberRemoval: Cmdlets = {
  "Remove-DistributionGroupMember": [...anyMembership, "Confirm"],
};

/** Makes the account a member. */
export function adding(group: Group, account: Account): ExchangeStep {
  const step = {
    operation: "Add-DistributionGroupMember",
    parameters: membership(group, account),
    sentence: `Add ${nameOf(account)} to group ${nameOf(group)}`,
  };
  return {
    target: "exchange",
    ...step,
    alternatives: withBypass(step),
    before: {},
    unread: {
      isInPlace: isMember(group, account),
      before: (wasInPlace) => ({ isMember: wasInPlace }),
    },
    isInEffect: isMember(group, account),
  };
}

/** Ends the account's membership. */
export function removing(group: Group, account: Account): ExchangeStep {
  const step = {
    operation: "Remove-DistributionGroupMember",
    parameters: { ...membership(group, account), Confirm: false },
    sentence: `Remove ${nameOf(account)} from group ${nameOf(group)}`,
  };
  return {
    target: "exchange",
    ...step,
    alternatives: withBypass(step),
    before: {},
    unread: {
      isInPlace: async (targets) => !(await isMember(group, account)(targets)),
      before: (wasInPlace) => ({ isMember: !wasInPlace }),
    },
    isInEffect: hasLeft(group, account),
    isRemoval: true,
  };
}

function membership(group: Group, account: Account): ExchangeStep["parameters"] {
  return {
    Identity: group.Guid,
    Member: account.Guid,
    ...managerBypass(group.RecipientTypeDetails),
  };
}

/** The same step without the check for managers; none for a step that already bypasses the check. */
function withBypass(step: Omit<Alternative, "after">): Alternative[] {
  const bypass = managerBypass(securityGroup);
  if (Object.keys(bypass).some((name) => name in step.parameters)) return [];
  return [
    {
      after: "notManager",
      operation: step.operation,
      parameters: { ...step.parameters, ...bypass },
      sentence: `${step.sentence}, without the check for managers`,
    },
  ];
}

/**
 * The parameters that a change of a group of this type needs. An application manages no group. Only security groups
 * are checked for that, and bypassing the check takes more rights than the rest (Exchange Administrator), so only
 * there is it bypassed.
 */
export function managerBypass(type: string): Parameters {
  return type === securityGroup ? { BypassSecurityGroupManagerCheck: true } : {};
}

/** Whether Active Directory masters the group. Throws an `unexpected` fault when that was not returned. */
export function isSynced(group: Group): boolean {
  const value = group["IsDirSynced"];
  if (value === undefined || value === null)
    throw new Fault({
      kind: "unexpected",
      message:
        `Exchange Online did not return IsDirSynced of group ${nameOf(group)}, so it is unknown what ` +
        "masters it.",
    });
  return value === true || textOf(value).toLowerCase() === "true";
}

/** Throws an `unexpected` fault for a row without a Guid. */
export function groupOf(row: Row): Group {
  const id = textOf(row["Guid"]);
  if (!isGuid(id))
    throw new Fault({
      kind: "unexpected",
      message: "Exchange Online returned a group without a Guid, so it is unknown which one it is.",
    });
  return {
    ...row,
    Guid: id,
    DisplayName: textOf(row["DisplayName"]),
    PrimarySmtpAddress: textOf(row["PrimarySmtpAddress"]),
    RecipientTypeDetails: textOf(row["RecipientTypeDetails"]),
  };
}
