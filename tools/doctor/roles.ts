/** Which roles of Entra ID permit what in Exchange Online. */
import type { ActionSet } from "./sets.ts";

/** A management role of Exchange: what a role group is made of. */
export type ManagementRole =
  | "View-Only Recipients"
  | "Mail Recipients"
  | "Mail Recipient Creation"
  | "Distribution Groups"
  | "Security Group Creation and Membership"
  | "Legal Hold";

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
    add(roleFor(cmdlet), cmdlet);
    for (const parameter of parameters) {
      const role = parameterRoles[parameter];
      if (role !== undefined && !whenMapped.includes(parameter))
        add(role, `${cmdlet} -${parameter}`);
    }
  }
  return [...needs].map(([role, cmdlet]) => ({ role, cmdlet }));
}

function roleFor(cmdlet: string): ManagementRole {
  if (cmdlet.startsWith("Get-")) return "View-Only Recipients";
  if (cmdlet.includes("-DistributionGroup")) return "Distribution Groups";
  return cmdlet === "New-Mailbox" ? "Mail Recipient Creation" : "Mail Recipients";
}

/** Parameters that need more than their cmdlet (documented on the pages of the cmdlets). */
const parameterRoles: Readonly<Record<string, ManagementRole>> = {
  BypassSecurityGroupManagerCheck: "Security Group Creation and Membership",
  LitigationHoldEnabled: "Legal Hold",
};

/** The parameters that need more than these roles include, if someone maps them. */
export function mappedBeyond({ whenMapped }: ActionSet, held: readonly Role[]): string[] {
  return Object.entries(parameterRoles)
    .filter(([, role]) => !held.some(({ includes }) => includes.includes(role)))
    .flatMap(([name]) => (whenMapped.includes(name) ? [name] : []));
}

/** The smallest role that includes all of these. */
export function smallestRoleWith(needed: Iterable<ManagementRole>): Role | undefined {
  const all = [...needed];
  return roles.find(({ includes }) => all.every((one) => includes.includes(one)));
}
