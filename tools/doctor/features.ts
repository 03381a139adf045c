/**
 * What the connector can do, and what that takes: management roles of Exchange (in any role group, built-in or the
 * tenant's own), permissions of Microsoft Graph (application permissions, or scopes of a linked account), and the role
 * in Entra ID of a linked account. The least of each. doctor names features by this table, and `npm run generate`
 * writes it in docs/setup.md.
 */
import type { ManagementRole } from "./roles.ts";

export interface Feature {
  name: string;
  /** Its sets of actions, as `doctor --set` names them. */
  sets: readonly string[];
  /** Reading recipients is part of each of them. */
  exchange?: readonly ManagementRole[];
  graph?: readonly string[];
  /** Of a linked account, in Entra ID. */
  account?: "User Administrator" | "Authentication Administrator";
  /** Not everyone who uses the set uses it. */
  isOptional?: true;
}

const entraGroups = ["entraGroups", "microsoft365Groups"];

export const features: readonly Feature[] = [
  { name: "Mailboxes of accounts", sets: ["account"], exchange: ["Mail Recipients"] },
  { name: "Distribution lists", sets: ["groups"], exchange: ["Distribution Groups"] },
  {
    name: "Mail-enabled security groups",
    sets: ["groups"],
    exchange: ["Security Group Creation and Membership"],
  },
  { name: "Shared mailboxes", sets: ["sharedMailboxes"], exchange: ["Mail Recipients"] },
  { name: "Calendar rights", sets: ["folderPermission"], exchange: ["Mail Recipients"] },
  {
    name: "Regional configuration",
    sets: ["regionalConfiguration"],
    exchange: ["Mail Recipients"],
  },
  {
    name: "Litigation hold",
    sets: ["litigationHold"],
    exchange: ["Mail Recipients", "Legal Hold"],
  },
  {
    name: "New shared mailboxes",
    sets: ["resources"],
    exchange: ["Mail Recipient Creation", "Mail Recipients"],
  },
  { name: "New distribution lists", sets: ["resources"], exchange: ["Distribution Groups"] },
  {
    name: "New mail-enabled security groups",
    sets: ["resources"],
    exchange: ["Security Group Creation and Membership"],
  },
  {
    name: "Accounts of Entra ID",
    sets: ["entra"],
    graph: ["User.ReadWrite.All", "User.EnableDisableAccount.All"],
    account: "User Administrator",
  },
  {
    name: "Settings of a user's mailbox",
    sets: ["entra with Exchange Online"],
    exchange: ["Mail Recipients"],
  },
  {
    name: "Users of accounts of Active Directory",
    sets: [
      "hybrid",
      "hybridSharedMailboxes",
      "hybridFolderPermission",
      "hybridLitigationHold",
      "hybridRegionalConfiguration",
    ],
    graph: ["User.Read.All"],
  },
  {
    name: "Settings of the mailbox of an account of Active Directory",
    sets: ["hybrid with Exchange Online"],
    exchange: ["Mail Recipients"],
  },
  {
    name: "Groups for accounts of Active Directory",
    sets: ["hybridGroups"],
    graph: ["User.Read.All", "GroupMember.Read.All"],
  },
  {
    name: "Distribution lists for accounts of Active Directory",
    sets: ["hybridGroups with Exchange Online"],
    exchange: ["Distribution Groups"],
    isOptional: true,
  },
  {
    name: "Mail-enabled security groups for accounts of Active Directory",
    sets: ["hybridGroups with Exchange Online"],
    exchange: ["Security Group Creation and Membership"],
    isOptional: true,
  },
  {
    name: "Shared mailboxes for accounts of Active Directory",
    sets: ["hybridSharedMailboxes with Exchange Online"],
    exchange: ["Mail Recipients"],
  },
  {
    name: "Calendars and regional configuration for accounts of Active Directory",
    sets: [
      "hybridFolderPermission with Exchange Online",
      "hybridRegionalConfiguration with Exchange Online",
    ],
    exchange: ["Mail Recipients"],
  },
  {
    name: "Litigation hold for accounts of Active Directory",
    sets: ["hybridLitigationHold with Exchange Online"],
    exchange: ["Mail Recipients", "Legal Hold"],
  },
  {
    name: "A licence on create",
    sets: ["entra"],
    graph: ["LicenseAssignment.ReadWrite.All"],
    account: "User Administrator",
    isOptional: true,
  },
  {
    name: "A group that assigns a licence on create",
    sets: ["entra"],
    graph: ["GroupMember.ReadWrite.All", "GroupMember.Read.All"],
    account: "User Administrator",
    isOptional: true,
  },
  {
    name: "Members of groups",
    sets: entraGroups,
    graph: ["GroupMember.ReadWrite.All", "GroupMember.Read.All", "User.Read.All"],
    account: "User Administrator",
  },
  {
    name: "Owners of groups",
    sets: entraGroups,
    graph: ["Group.ReadWrite.All"],
    account: "User Administrator",
    isOptional: true,
  },
  {
    name: "Distribution lists among the groups",
    sets: entraGroups.map((set) => `${set} with Exchange Online`),
    exchange: ["Distribution Groups"],
    isOptional: true,
  },
  {
    name: "Mail-enabled security groups among the groups",
    sets: entraGroups.map((set) => `${set} with Exchange Online`),
    exchange: ["Security Group Creation and Membership"],
    isOptional: true,
  },
  {
    name: "Licences",
    sets: ["licences"],
    graph: ["LicenseAssignment.ReadWrite.All", "User.Read.All", "GroupMember.Read.All"],
    account: "User Administrator",
  },
  {
    name: "Phone numbers to prove who someone is",
    sets: ["authenticationMethods"],
    graph: ["UserAuthMethod-Phone.ReadWrite.All", "User.Read.All"],
    account: "Authentication Administrator",
  },
  {
    name: "E-mail addresses to reset a password",
    sets: ["authenticationMethods"],
    graph: ["UserAuthMethod-Email.ReadWrite.All", "User.Read.All"],
    account: "Authentication Administrator",
  },
  {
    name: "Temporary Access Passes",
    sets: ["authenticationMethods"],
    graph: ["UserAuthMethod-TAP.ReadWrite.All", "User.Read.All"],
    account: "Authentication Administrator",
  },
  {
    name: "New groups of Entra ID",
    sets: ["entraResources"],
    graph: ["Group.ReadWrite.All", "User.Read.All"],
    account: "User Administrator",
  },
  {
    name: "Hiding new Microsoft 365 groups",
    sets: ["entraResources with Exchange Online"],
    exchange: ["Mail Recipients"],
  },
];

/** The features of a set that need one of these roles or permissions. */
function featuresWith(set: string, needed: readonly string[]): Feature[] {
  return features.filter(
    ({ sets, exchange = [], graph = [] }) =>
      sets.includes(set) && [...exchange, ...graph].some((one) => needed.includes(one)),
  );
}

/** Whether no one needs these unless they use a feature that not everyone uses. */
export function isForOptional(set: string, needed: readonly string[]): boolean {
  const found = featuresWith(set, needed);
  return found.length > 0 && found.every(({ isOptional }) => isOptional);
}

/** `Needed for: A, B.` with a space before it; blank for a set that the table does not have. */
export function neededFor(set: string, needed: readonly string[]): string {
  const names = featuresWith(set, needed).map(({ name }) => name);
  return names.length === 0 ? "" : ` Needed for: ${names.join(", ")}.`;
}
