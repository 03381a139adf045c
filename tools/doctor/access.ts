/** What the application may do in Exchange Online. Writes are never tried: the roles in the token decide. */
import { randomUUID } from "node:crypto";
import { clouds } from "../../lib/auth/clouds.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/client/exchange.ts";
import { Fault } from "../../lib/fault.ts";
import type { Check, Examination, Premises } from "./check.ts";
import { fine, unknown, warning, wrong, type Verdict } from "./finding.ts";
import {
  mappedBeyond,
  needsOf,
  roles,
  smallestRoleWith,
  type ManagementRole,
  type Role,
  type RoleNeed,
} from "./roles.ts";
import type { ActionSet } from "./sets.ts";
import { paceOf } from "./signIn.ts";

export const role: Check = {
  name: "role",
  finds: ["exchange", "roles"],
  async examine({ premises, known, signal }) {
    known.get("permission");
    known.get("exchangeReached");
    const { wids } = known.get("claims");
    const held = roles.filter(({ id }) => wids.includes(id));
    const holder = holderOf(known);
    const exchange = clientFor({ premises, known, signal });
    const refusal = await refusalOf(exchange);
    if (refusal !== undefined) return refused(refusal, held, holder, premises);
    if (held.length > 0 && !held.some(({ includes }) => includes.includes("Mail Recipients")))
      return wrong(
        `${holder.named} has only the role ${namesOf(held)}, which may only read.`,
        mendFor(premises, holder),
      );
    known.add({ exchange, roles: held });
    if (held.length > 0) return fine(`${holder.named} has the role ${namesOf(held)}.`);
    return unknown(
      `${holder.named} has no Entra role and may read: its rights are those of an Exchange role group.`,
    );
  },
};

/** Whose roles count. */
interface RoleHolder {
  /** At the start of a sentence. */
  named: string;
  /** After the first mention. */
  short: string;
  /** What becomes a member of a role group. */
  member: string;
}

function holderOf(known: Examination["known"]): RoleHolder {
  if (known.get("configuration").Connection !== "linkedAccount")
    return {
      named: "The application",
      short: "the application",
      member: "the service principal of the application",
    };
  const { account = "" } = known.get("claims");
  return { named: `The linked account ${account}`, short: account, member: account };
}

function refused(
  { kind, message }: Fault,
  held: readonly Role[],
  holder: RoleHolder,
  premises: Premises,
): Verdict {
  if (kind !== "denied") return unknown(message);
  if (held.length === 0)
    return wrong(
      `${holder.named} has no role that Exchange Online accepts.`,
      mendFor(premises, holder),
    );
  return wrong(
    `${holder.named} has the role ${namesOf(held)}, and Exchange Online refuses it: ${message}`,
    "Wait until the assignment has reached Exchange Online, which can take an hour.",
  );
}

const namesOf = (held: readonly Role[]): string => held.map(({ name }) => name).join(", ");

function clientFor({
  premises: { seams },
  known,
  signal,
}: Pick<Examination, "premises" | "known" | "signal">): Exchange {
  const { Cloud = "worldwide" } = known.get("configuration");
  return exchangeOnline(
    {
      tenantId: known.get("tenantId"),
      cloud: clouds[Cloud],
      exchangeUrl: known.get("emulatorUrls").exchangeUrl,
    },
    {
      transport: known.get("transport").send,
      token: known.get("token"),
      pace: paceOf({ ...seams, signal }),
      clock: seams.clock,
      newId: randomUUID,
    },
  );
}

/** The fault of a harmless read; undefined when it is permitted. */
async function refusalOf(exchange: Exchange): Promise<Fault | undefined> {
  try {
    await exchange.invoke({
      cmdlet: "Get-Mailbox",
      parameters: { ResultSize: 1 },
      select: ["Guid"],
    });
    return undefined;
  } catch (thrown) {
    return Fault.of(thrown);
  }
}

/** What the sets need, each management role once. */
function neededBy(sets: readonly ActionSet[]): Set<ManagementRole> {
  return new Set(sets.flatMap(needsOf).map(({ role }) => role));
}

function mendFor({ sets }: Premises, { short }: RoleHolder): string {
  const needed = neededBy(sets);
  const all = smallestRoleWith(needed)?.name;
  needed.delete(forSecurityGroups);
  const least = smallestRoleWith(needed)?.name;
  if (all === least) return `Assign the Entra role ${least} to ${short}.`;
  return (
    `Assign the Entra role ${least} to ${short}, or ${all} if mail-enabled security groups are among ` +
    "its groups."
  );
}

const forSecurityGroups: ManagementRole = "Security Group Creation and Membership";

/** Whether a set may do what its actions declare. */
export function accessOf(set: ActionSet): Check {
  return {
    name: `set ${set.name}`,
    async examine({ known }) {
      const held = known.get("roles");
      const needs = needsOf(set);
      if (held.length === 0)
        return {
          ...unknown("Whether the role group suffices cannot be read, and writes are not tried."),
          mend: `Compare the roles of the group with ${needs.map(({ role }) => role).join(", ")}.`,
        };
      const missing = needs.filter(
        (need) => !held.some(({ includes }) => includes.includes(need.role)),
      );
      const names = namesOf(held);
      if (missing.length === 0)
        return fine(
          `${names} permits its ${Object.keys(set.cmdlets).length} cmdlets${exceptions(set, held)}.`,
        );
      return await withMissing(missing, names, known);
    },
  };
}

function exceptions(set: ActionSet, held: readonly Role[]): string {
  const beyond = mappedBeyond(set, held);
  return beyond.length === 0 ? "" : `, but not a mapped ${beyond.join(", ")}`;
}

async function withMissing(
  missing: readonly RoleNeed[],
  names: string,
  known: Examination["known"],
): Promise<Verdict> {
  const mend = mendMissing(missing, holderOf(known));
  const what = missing
    .map(({ role, cmdlet }) => `the management role ${role} (${cmdlet})`)
    .join(" and ");
  const text = `${names} does not include ${what}`;
  const [first] = missing;
  if (first?.role !== forSecurityGroups) return wrong(`${text}.`, mend);
  if (!(await hasSecurityGroups(known.get("exchange"))))
    return fine(`${names} suffices, because the tenant has no mail-enabled security groups.`);
  const details = `${text}, and the tenant has mail-enabled security groups.`;
  return first.cmdlet.includes("Member")
    ? wrong(details, mend)
    : warning(`${details} The set changes one only if a resource has its key.`, mend);
}

function mendMissing(missing: readonly RoleNeed[], { member }: RoleHolder): string {
  const smallest = smallestRoleWith(missing.map(({ role }) => role))?.name;
  return (
    `Assign the Entra role ${smallest} instead, or add ${member} to an Exchange role group with ` +
    `${missing.map(({ role }) => role).join(", ")}.`
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
    const held = known.get("roles");
    const largest = held.at(-1);
    if (largest === undefined) return unknown("The roles of a role group cannot be read.");
    const needed = neededBy(sets);
    if (needed.has(forSecurityGroups) && !(await hasSecurityGroups(known.get("exchange"))))
      needed.delete(forSecurityGroups);
    const smallest = smallestRoleWith(needed);
    if (smallest === undefined || roles.indexOf(largest) <= roles.indexOf(smallest))
      return fine(`${largest.name} is not more than the sets in use need.`);
    return warning(
      `${largest.name} is more than the sets in use need.`,
      `Assign ${smallest.name} to ${holderOf(known).short} instead.`,
    );
  },
};
