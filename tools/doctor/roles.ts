/** Which management roles and roles of Entra ID permit what in Exchange Online. */
import type { ActionSet } from "./sets.ts";

/** Management roles of Exchange: what a role group is made of. Those that the connector has a use for. */
const managementRoles = [
  "View-Only Recipients",
  "Mail Recipients",
  "Mail Recipient Creation",
  "Distribution Groups",
  "Security Group Creation and Membership",
  "Legal Hold",
] as const;
export type ManagementRole = (typeof managementRoles)[number];

/** Those among these names. */
export function managementRolesIn(names: readonly unknown[]): Set<ManagementRole> {
  return new Set(managementRoles.filter((role) => names.includes(role)));
}

/** The built-in role of a type, such as `MailRecipients` (documented: the names without spaces and hyphens). */
export function managementRoleOfType(type: string): ManagementRole | undefined {
  return managementRoles.find(
    (role) => role.replaceAll(/[ -]/g, "").toLowerCase() === type.toLowerCase(),
  );
}

/** A role of Entra ID that Exchange Online honours. */
export interface Role {
  name: string;
  /** Its template ID, as tokens list it in `wids` (documented). */
  id: string;
  includes: readonly ManagementRole[];
}

const reading: readonly ManagementRole[] = ["View-Only Recipients"];
/**
 * The role group Recipient Management (documented). BypassSecurityGroupManagerCheck is refused to the role (observed).
 * Legal Hold is in Organization Management and Discovery Management only (documented).
 */
const recipients: readonly ManagementRole[] = [
  ...reading,
  "Mail Recipients",
  "Mail Recipient Creation",
  "Distribution Groups",
];
/** The role group Organization Management (documented). */
const everything: readonly ManagementRole[] = [
  ...recipients,
  "Security Group Creation and Membership",
  "Legal Hold",
];

/** The smallest first. What those that only read may do otherwise is of no use to the connector. */
export const roles: readonly Role[] = [
  { name: "Global Reader", id: "f2ef992c-3afb-46b9-b7cf-a126ee74c451", includes: reading },
  { name: "Security Reader", id: "5d6b6bb7-de71-4623-b4af-96380a352509", includes: reading },
  { name: "Helpdesk Administrator", id: "729827e3-9c14-49f7-bb1b-9608f156bbb8", includes: reading },
  { name: "Security Administrator", id: "194ae4cb-b126-40b2-bd5b-6091b380977d", includes: reading },
  {
    name: "Compliance Administrator",
    id: "17315797-102d-40b4-93e0-432062caca18",
    includes: reading,
  },
  {
    name: "Exchange Recipient Administrator",
    id: "31392ffb-586c-42d1-9346-e59415a2cc4e",
    includes: recipients,
  },
  {
    name: "Exchange Administrator",
    id: "29232cdf-9323-42fd-ade2-1d097af3e4de",
    includes: everything,
  },
  {
    name: "Global Administrator",
    id: "62e90394-69f5-4237-9190-012177145e10",
    includes: everything,
  },
];

/** What a set needs: a management role, and the first cmdlet that needs it. */
export interface RoleNeed {
  role: ManagementRole;
  cmdlet: string;
}

/** The management roles that the cmdlets of a set and their parameters need, each once. */
export function needsOf({ cmdlets, whenMapped }: ActionSet): RoleNeed[] {
  const needs = new Map<ManagementRole, string>();
  const add = (role: ManagementRole, cmdlet: string): void => {
    if (!needs.has(role)) needs.set(role, cmdlet);
  };
  for (const [cmdlet, parameters] of Object.entries(cmdlets)) {
    const role = rolesByCmdlet.find(([cmdlets]) => cmdlets.test(cmdlet))?.[1];
    if (role !== undefined) add(role, cmdlet);
    for (const parameter of parameters) {
      const role = parameterRoles[parameter];
      if (role !== undefined && !whenMapped.includes(parameter))
        add(role, `${cmdlet} -${parameter}`);
    }
  }
  return [...needs].map(([role, cmdlet]) => ({ role, cmdlet }));
}

/** Changing mail-enabled security groups that the caller does not manage. */
export const forSecurityGroups: ManagementRole = "Security Group Creation and Membership";

/** What the sets need, each management role once. */
export function neededBy(sets: readonly ActionSet[]): Set<ManagementRole> {
  return new Set(sets.flatMap(needsOf).map(({ role }) => role));
}

/** The first that fits counts (documented: "Permissions in Exchange Online"). */
const rolesByCmdlet: readonly (readonly [cmdlets: RegExp, ManagementRole])[] = [
  [/^Get-/, "View-Only Recipients"],
  [/-DistributionGroup/, "Distribution Groups"],
  [/^New-Mailbox$/, "Mail Recipient Creation"],
  [/./, "Mail Recipients"],
];

/** Parameters that need more than their cmdlet (documented on the pages of the cmdlets). */
const parameterRoles: Readonly<Record<string, ManagementRole>> = {
  BypassSecurityGroupManagerCheck: "Security Group Creation and Membership",
  LitigationHoldEnabled: "Legal Hold",
};

/** The parameters that need more than these roles, if someone maps them. */
export function mappedBeyond(
  { whenMapped }: ActionSet,
  held: ReadonlySet<ManagementRole>,
): string[] {
  return Object.entries(parameterRoles)
    .filter(([, role]) => !held.has(role))
    .flatMap(([name]) => (whenMapped.includes(name) ? [name] : []));
}

/** What a set sends of cmdlets and parameters for which this is true; `mapped`: only if someone maps them. */
export function sentBy(
  { cmdlets, whenMapped }: ActionSet,
  is: (cmdlet: string, parameter?: string) => boolean,
): { always: string[]; mapped: string[] } {
  const always: string[] = [];
  const mapped: string[] = [];
  for (const [cmdlet, parameters] of Object.entries(cmdlets)) {
    if (is(cmdlet)) always.push(cmdlet);
    else
      for (const parameter of parameters.filter((one) => is(cmdlet, one)))
        (whenMapped.includes(parameter) ? mapped : always).push(`${cmdlet} -${parameter}`);
  }
  return { always, mapped };
}

/** Whether a need is met. Reading recipients is part of each of these roles (assumed). */
export function isMet({ role }: RoleNeed, held: ReadonlySet<ManagementRole>): boolean {
  return held.has(role) || (role === "View-Only Recipients" && held.size > 0);
}

/** The management roles of these Entra roles. */
export function includedIn(held: readonly Role[]): Set<ManagementRole> {
  return new Set(held.flatMap(({ includes }) => includes));
}

/** The smallest role that includes all of these. */
export function smallestRoleWith(needed: Iterable<ManagementRole>): Role | undefined {
  const all = [...needed];
  return roles.find(({ includes }) => all.every((one) => includes.includes(one)));
}
