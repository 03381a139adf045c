import { objectRows, type Cmdlet } from "../cmdlet.ts";
import { created, namesFor } from "../creation.ts";
import { invalidValue, noOwner } from "../errors.ts";
import { refuseOpenSecurity } from "../groups.ts";
import { textOf, type BoundParameters } from "../parameters.ts";
import { recipientValues } from "../recipients.ts";
import type { DirectoryObject } from "../../state.ts";

const recipients = ["ManagedBy", "Members", "ModeratedBy"];
const asGiven = [
  "Notes",
  "Description",
  "MemberJoinRestriction",
  "MemberDepartRestriction",
  "HiddenGroupMembershipEnabled",
  "BccBlocked",
  "BypassNestedModerationEnabled",
  "ModerationEnabled",
  "SendModerationNotifications",
];
const maxMembers = 10_000;

/**
 * Makes a distribution group, a mail-enabled security group or a room list, and returns it. Custom
 * attributes come with a Set- only (documented).
 */
export const newDistributionGroup: Cmdlet = {
  name: "New-DistributionGroup",
  writes: true,
  honours: [
    "Name",
    "DisplayName",
    "Alias",
    "PrimarySmtpAddress",
    "Type",
    "RoomList",
    "RequireSenderAuthenticationEnabled",
    "IgnoreNamingPolicy",
    "CopyOwnerToMember",
    ...recipients,
    ...asGiven,
  ],
  run(call) {
    const { parameters, store } = call;
    const names = namesFor(parameters, store);
    const given = [...recipients, ...asGiven].filter(
      (name) => parameters[name] !== undefined && parameters[name] !== null,
    );
    const values = given.map((name) =>
      recipients.includes(name)
        ? recipientValues(name, parameters[name] ?? null, [], store)
        : { [name]: parameters[name] as string | boolean | string[] },
    );
    const group: DirectoryObject = Object.assign(
      { ...names, ...typeOf(parameters) },
      ...values,
    ) as DirectoryObject;
    if (count(group["ManagedBy"]) === 0 && store.state.behaviour.groupWithoutOwner === "refuse")
      throw noOwner();
    if (parameters["CopyOwnerToMember"] === true)
      group["Members"] = [
        ...new Set([
          ...((group["Members"] ?? []) as string[]),
          ...((group["ManagedBy"] ?? []) as string[]),
        ]),
      ];
    if (count(group["Members"]) > maxMembers)
      throw invalidValue(`A group can't be created with more than ${maxMembers} members.`);
    group["RequireSenderAuthenticationEnabled"] =
      parameters["RequireSenderAuthenticationEnabled"] !== false;
    refuseOpenSecurity(group);
    if (group["ModerationEnabled"] === true && count(group["ModeratedBy"]) === 0)
      throw invalidValue("ModeratedBy can't be empty when ModerationEnabled is true.");
    return {
      items: [created(group, call)],
      rows: objectRows("Get-DistributionGroup", store),
      warnings: [],
    };
  },
};

const count = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

function typeOf(parameters: BoundParameters): DirectoryObject {
  const security = textOf(parameters["Type"]) === "Security";
  if (parameters["RoomList"] === true) return { RecipientTypeDetails: "RoomList" };
  // Documented: members of a security group neither come nor go by themselves.
  return security
    ? { RecipientTypeDetails: "MailUniversalSecurityGroup", MemberDepartRestriction: "Closed" }
    : { RecipientTypeDetails: "MailUniversalDistributionGroup" };
}
