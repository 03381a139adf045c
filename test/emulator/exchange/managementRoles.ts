/**
 * Which management roles permit what, and who holds them: through an Entra role, a built-in role group, or a role group
 * of the tenant's own (`roleGroups` of the state). Role groups and roles are documented; which cmdlets a role has is
 * documented by what the roles are for, and simplified.
 */
import { catalogue } from "../catalogue.ts";
import type { Grant } from "../entra/login.ts";
import type { State } from "../state.ts";
import { parameterNotInRole, unknownParameter } from "./errors.ts";

/** Each of these reads every recipient (assumed: the pages of provisioning products ask for no other role). */
const recipientRoles = [
  "View-Only Recipients",
  "Mail Recipients",
  "Mail Recipient Creation",
  "Distribution Groups",
  "Security Group Creation and Membership",
  "Legal Hold",
];
const configurationRoles = ["View-Only Configuration", "Role Management"];
export const managementRoles: readonly string[] = [...recipientRoles, ...configurationRoles];

/** The built-in role groups, as far as these roles matter (documented). */
const builtIn: Readonly<Record<string, readonly string[]>> = {
  "Organization Management": managementRoles,
  // Neither the security groups (observed) nor holds (documented).
  "Recipient Management": ["Mail Recipients", "Mail Recipient Creation", "Distribution Groups"],
  "View-Only Organization Management": ["View-Only Recipients", "View-Only Configuration"],
  "Discovery Management": ["Legal Hold"],
};

/** The role group that an Entra role is equal to (documented for the three that may write; the others are assumed). */
const asRoleGroup: Readonly<Record<string, string>> = {
  "Global Administrator": "Organization Management",
  "Exchange Administrator": "Organization Management",
  "Exchange Recipient Administrator": "Recipient Management",
  "Global Reader": "View-Only Organization Management",
};
const readersOnly = [
  ...["Compliance Administrator", "Helpdesk Administrator"],
  ...["Security Administrator", "Security Reader"],
];

/** The roles of a role group; one that is neither built in nor in the state has those of Recipient Management. */
export function rolesOfGroup(group: string, { roleGroups = {} }: State): readonly string[] {
  const named = (one: string): boolean => one.toLowerCase() === group.toLowerCase();
  const [, roles] = Object.entries({ ...builtIn, ...roleGroups }).find(([one]) => named(one)) ?? [];
  return roles ?? builtIn["Recipient Management"] ?? [];
}

export function rolesOf({ directoryRoles, roleGroups }: Grant, state: State): ReadonlySet<string> {
  const groups = [...roleGroups, ...directoryRoles.flatMap((role) => asRoleGroup[role] ?? [])];
  const readers = directoryRoles.some((role) => readersOnly.includes(role));
  return new Set([
    ...groups.flatMap((group) => rolesOfGroup(group, state)),
    ...(readers ? ["View-Only Recipients"] : []),
  ]);
}

/** The first that fits; one of its roles is enough. */
const rolesByCmdlet: readonly (readonly [cmdlets: RegExp, roles: readonly string[]])[] = [
  [/^Get-ManagementRole/, configurationRoles],
  [/^Get-/, recipientRoles],
  [/^New-Mailbox$/, ["Mail Recipient Creation"]],
  [/-DistributionGroup/, ["Distribution Groups", "Security Group Creation and Membership"]],
  [/./, ["Mail Recipients"]],
];

/** Parameters that need a role of their own (documented on the pages of the cmdlets). */
const rolesByParameter: Readonly<Record<string, string>> = {
  BypassSecurityGroupManagerCheck: "Security Group Creation and Membership",
  LitigationHoldEnabled: "Legal Hold",
  LitigationHoldDuration: "Legal Hold",
};

const rolesWith = (cmdlet: string, parameter = ""): readonly string[] => {
  const own = rolesByParameter[parameter];
  if (own !== undefined) return [own];
  return rolesByCmdlet.find(([cmdlets]) => cmdlets.test(cmdlet))?.[1] ?? [];
};

/** The names of all roles: built-in ones, and those of the tenant's own. */
export const rolesIn = ({ derivedRoles = {} }: State): string[] => [
  ...managementRoles,
  ...Object.keys(derivedRoles),
];

/** The built-in role that this one is, or is derived from, at whatever distance. */
export function rootOf(role: string, { derivedRoles = {} }: State): string {
  let root = role;
  for (let own = derivedRoles[root]; own; own = derivedRoles[root]) root = own.parent;
  return root;
}

/** A derived role has what its parent has, except for what was removed (documented). */
function has(role: string, cmdlet: string, parameter: string | undefined, state: State): boolean {
  const { derivedRoles = {} } = state;
  const entries = [cmdlet, `${cmdlet} -${parameter}`];
  for (let one = role; derivedRoles[one]; one = derivedRoles[one]?.parent ?? "")
    if (derivedRoles[one]?.removed.some((removed) => entries.includes(removed))) return false;
  return rolesWith(cmdlet, parameter).includes(rootOf(role, state));
}

/** The entries of a role: cmdlets with their parameters. */
export function entriesOf(role: string, state: State): Map<string, string[]> {
  const entries = new Map<string, string[]>();
  for (const [cmdlet, { parameters }] of Object.entries(catalogue.cmdlets)) {
    const own = Object.keys(parameters).filter((parameter) => has(role, cmdlet, parameter, state));
    if (own.length > 0 || has(role, cmdlet, undefined, state)) entries.set(cmdlet, own);
  }
  return entries;
}

export function mayRun(cmdlet: string, grant: Grant, state: State): boolean {
  return [...rolesOf(grant, state)].some((role) => has(role, cmdlet, undefined, state));
}

/**
 * Refuses a parameter that no role of the caller has, regardless of its value and of the object (assumed). The service
 * reports it in one of two wordings (`missingRoleText`).
 */
export function requireRolesOf(
  parameters: object,
  cmdlet: string,
  grant: Grant,
  state: State,
): void {
  const held = [...rolesOf(grant, state)];
  const beyond = Object.keys(parameters).find(
    (name) => isOwn(name, cmdlet) && !held.some((role) => has(role, cmdlet, name, state)),
  );
  if (beyond === undefined) return;
  throw state.behaviour.missingRoleText === "unknownParameter"
    ? unknownParameter(beyond)
    : parameterNotInRole(beyond, cmdlet);
}

/** The parameters of PowerShell itself are in no role. */
const isOwn = (parameter: string, cmdlet: string): boolean =>
  Object.hasOwn(catalogue.cmdlets[cmdlet]?.parameters ?? {}, parameter);
