/** Whether the roles in Exchange Online are those that the sets in use need: not too few, and not too many. */
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import { type Assigned, type Assignment, type Derived } from "./assignments.ts";
import type { Check, Examination } from "./check.ts";
import { holderOf } from "./exchangeRoles.ts";
import { isForOptional, neededFor } from "./features.ts";
import { fine, unknown, warning, wrong, type Verdict } from "./finding.ts";
import {
  forSecurityGroups,
  includedIn,
  isMet,
  mappedBeyond,
  neededBy,
  needsOf,
  roles,
  sentBy,
  smallestRoleWith,
  type ManagementRole,
  type RoleNeed,
} from "./roles.ts";
import type { ActionSet } from "./sets.ts";

/** Whether a set may do what its actions declare. */
export function accessOf(set: ActionSet): Check {
  return {
    name: `set ${set.name}`,
    async examine({ known }) {
      known.get("exchange");
      const needs = needsOf(set);
      if (!known.has("managementRoles"))
        return {
          ...unknown("Whether the role group suffices cannot be read, and writes are not tried."),
          mend: `Compare the roles of the group with ${needs.map(({ role }) => role).join(", ")}.`,
        };
      const held = known.get("managementRoles");
      const missing = needs.filter((need) => !isMet(need, held));
      const names = namesOf(known);
      const { unexamined } = known.get("assigned");
      if (missing.length > 0 && unexamined.length > 0) return notExamined(missing, unexamined);
      if (missing.length > 0) return await withMissing(set, missing, known);
      const { names: derived, isRemoved } = known.get("derived");
      if (isRemoved === undefined)
        return unknown(
          `Not examined: what was removed from ${derived.join(", ")}. The entries of the roles cannot be read.`,
        );
      const removed = sentBy(set, isRemoved);
      if (removed.always.length > 0) return withRemoved(set, removed.always, known.get("derived"));
      const beyond = [...mappedBeyond(set, held), ...removed.mapped];
      const exceptions = beyond.length === 0 ? "" : `, but not a mapped ${beyond.join(", ")}`;
      return fine(`${names} permits its ${Object.keys(set.cmdlets).length} cmdlets${exceptions}.`);
    },
  };
}

const notExamined = (missing: readonly RoleNeed[], unexamined: readonly string[]): Verdict =>
  unknown(
    `Not examined: whether one of ${unexamined.join(", ")} is derived from ` +
      `${missing.map(({ role }) => role).join(", ")}. What the roles are derived from cannot be read.`,
  );

function withRemoved(
  { name }: ActionSet,
  removed: readonly string[],
  { names, roles }: Derived,
): Verdict {
  const verdict = wrong(
    `${names.join(", ")} does not have ${removed.join(", ")}.${neededFor(name, roles)}`,
    `Add what is missing to the derived role, or assign ${roles.join(", ")} instead.`,
  );
  return isForOptional(name, roles) ? { ...verdict, status: "warning" } : verdict;
}

/** The Entra roles; without one it is the role groups that permit. */
function namesOf(known: Examination["known"]): string {
  const held = known.get("roles");
  return held.length === 0 ? "The role group" : held.map(({ name }) => name).join(", ");
}

async function withMissing(
  set: ActionSet,
  missing: readonly RoleNeed[],
  known: Examination["known"],
): Promise<Verdict> {
  const names = namesOf(known);
  const mend = mendMissing(missing, known);
  const what = missing
    .map(({ role, cmdlet }) => `the management role ${role} (${cmdlet})`)
    .join(" and ");
  const text = `${names} does not include ${what}`;
  const needed = missing.map(({ role }) => role);
  const purpose = neededFor(set.name, needed);
  if (isForOptional(set.name, needed)) return warning(`${text}.${purpose}`, mend);
  const [first] = missing;
  if (missing.length > 1 || first?.role !== forSecurityGroups)
    return wrong(`${text}.${purpose}`, mend);
  if (!(await hasSecurityGroups(known.get("exchange"))))
    return fine(`${names} suffices, because the tenant has no mail-enabled security groups.`);
  const details = `${text}, and the tenant has mail-enabled security groups.${purpose}`;
  return first.cmdlet.includes("Member")
    ? wrong(details, mend)
    : warning(`${details} The set changes one only if a resource has its key.`, mend);
}

function mendMissing(missing: readonly RoleNeed[], known: Examination["known"]): string {
  const needed = missing.map(({ role }) => role);
  if (known.get("roles").length === 0)
    return `Add the management role ${needed.join(", ")} to the role group.`;
  return (
    `Assign the Entra role ${smallestRoleWith(needed)?.name} instead, or add ${holderOf(known).member} to an ` +
    `Exchange role group with ${needed.join(", ")}.`
  );
}

async function hasSecurityGroups(exchange: Exchange): Promise<boolean> {
  const { rows } = await exchange.invoke({
    cmdlet: "Get-DistributionGroup",
    parameters: { RecipientTypeDetails: ["MailUniversalSecurityGroup"], ResultSize: 1 },
    select: ["Guid"],
  });
  return rows.length > 0;
}

export const leastPrivilege: Check = {
  name: "least privilege",
  async examine({ premises: { sets }, known }) {
    const largest = known.get("roles").at(-1);
    const needed = neededBy(sets);
    if (needed.has(forSecurityGroups) && !(await hasSecurityGroups(known.get("exchange"))))
      needed.delete(forSecurityGroups);
    if (largest === undefined)
      return known.has("managementRoles")
        ? ofRoleGroup(known.get("assigned"), needed)
        : unknown("The roles of the role group cannot be read.");
    const smallest = smallestRoleWith(needed);
    if (smallest === undefined || roles.indexOf(largest) <= roles.indexOf(smallest))
      return fine(`${largest.name} is not more than the sets in use need.`);
    return warning(
      `${largest.name} is more than the sets in use need.`,
      `Assign ${smallest.name} to ${holderOf(known).short} instead.`,
    );
  },
};

function ofRoleGroup({ assignments }: Assigned, needed: ReadonlySet<ManagementRole>): Verdict {
  const more = assignments.filter(
    ({ role }) => role !== "View-Only Recipients" && !needed.has(role),
  );
  if (more.length === 0) return fine("The role group has no more than the sets in use need.");
  const names = namesIn(more);
  return warning(
    `The role group has more than the sets in use need: ${names}.`,
    `Remove ${names} from the role group.`,
  );
}

/** Whether the roles of role groups count in the whole organization. Those of Entra do (documented of `wids`). */
export const writeScope: Check = {
  name: "write scope",
  examine({ premises: { sets }, known }) {
    const included = includedIn(known.get("roles"));
    if (!known.has("managementRoles"))
      return unknown("Not examined: the assignments of the role group cannot be read.");
    const { assignments } = known.get("assigned");
    const needed = [...neededBy(sets)].filter(
      (role) => role !== "View-Only Recipients" && !included.has(role),
    );
    const among = needed.map((role) => assignments.filter((one) => one.role === role));
    // One assignment to the whole organization is enough.
    const limited = among.filter((all) => !all.some(({ scopes }) => scopes?.length === 0)).flat();
    const unread = limited.filter(({ scopes }) => scopes === undefined);
    if (unread.length > 0)
      return unknown(`Not examined: the answer has no write scope of ${namesIn(unread)}.`);
    if (limited.length === 0) return fine("The roles in use count in the whole organization.");
    const what = limited.map(({ name, scopes = [] }) => `${name} in ${scopes.join(", ")}`);
    return warning(
      `These roles may not write in the whole organization: ${what.join("; ")}.`,
      "Assign them without a write scope, or leave everyone outside of it out of the business rules.",
    );
  },
};

const namesIn = (assignments: readonly Assignment[]): string =>
  [...new Set(assignments.map(({ name }) => name))].join(", ");
