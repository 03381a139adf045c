/** Which roles the connection has in Exchange Online. Writes are never tried: its roles decide. */
import { randomUUID } from "node:crypto";
import { clouds } from "../../lib/auth/clouds.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/client/exchange.ts";
import { Fault } from "../../lib/fault.ts";
import { assignedTo, derivedFrom, namedWithOrigin, none, type Assigned } from "./assignments.ts";
import type { Check, Examination, Premises } from "./check.ts";
import { fine, unknown, wrong, type Verdict } from "./finding.ts";
import {
  forSecurityGroups,
  includedIn,
  neededBy,
  roles,
  smallestRoleWith,
  type Role,
} from "./roles.ts";
import { paceOf } from "./signIn.ts";

export const role: Check = {
  name: "role",
  finds: ["exchange", "roles", "managementRoles", "assigned", "derived"],
  async examine({ premises, known, signal }) {
    known.get("permission");
    known.get("exchangeReached");
    const { wids } = known.get("claims");
    const held = roles.filter(({ id }) => wids.includes(id));
    const holder = holderOf(known);
    const exchange = clientFor({ premises, known, signal });
    const refusal = await refusalOf(exchange);
    if (refusal !== undefined) return refused(refusal, held, holder, premises);
    const included = includedIn(held);
    const isEnough = [...neededBy(premises.sets)].every((one) => included.has(one));
    const assigned = isEnough ? none : await assignedTo(holder.assignee, exchange);
    const verdict = verdictOn(held, assigned, holder, premises);
    if (verdict.status === "wrong") return verdict;
    known.add({ exchange, roles: held });
    const inGroups = assigned?.assignments.map((one) => one.role) ?? [];
    if (held.length > 0 || assigned !== undefined)
      known.add({ managementRoles: new Set([...included, ...inGroups]) });
    // Where they cannot be read, only the Entra roles count.
    known.add({ assigned: assigned ?? none });
    known.add({ derived: await derivedFrom(assigned ?? none, included, exchange) });
    return verdict;
  },
};

function verdictOn(
  held: readonly Role[],
  assigned: Assigned | undefined,
  holder: RoleHolder,
  premises: Premises,
): Verdict {
  const writing = assigned?.assignments.filter(({ role }) => role !== "View-Only Recipients") ?? [];
  const inGroups = new Set(writing.map(namedWithOrigin));
  const groups = `role groups with ${[...inGroups].join(", ")}`;
  if (held.length === 0 && assigned === undefined)
    return {
      ...unknown(
        `${holder.named} has no Entra role and may read: its rights are those of an Exchange role group, which ` +
          "cannot be read.",
      ),
      mend: "Add the management role View-Only Configuration to the role group, and check again.",
    };
  const names = held.map(({ name }) => name).join(", ");
  const mayOnlyRead = !held.some(({ includes }) => includes.includes("Mail Recipients"));
  const { unexamined } = assigned ?? none;
  if (inGroups.size === 0 && mayOnlyRead && unexamined.length > 0)
    return unknown(
      `Not examined: whether ${unexamined.join(", ")}, which ${holder.short} has, may write: what the roles are ` +
        "derived from cannot be read.",
    );
  if (inGroups.size === 0 && mayOnlyRead)
    return wrong(
      held.length === 0
        ? `${holder.named} has no Entra role, and its Exchange role groups may only read.`
        : `${holder.named} has only the role ${names}, which may only read.`,
      mendFor(premises, holder),
    );
  if (held.length === 0) return fine(`${holder.named} has ${groups}.`);
  const more = inGroups.size === 0 ? "" : `, and ${groups}`;
  return fine(`${holder.named} has the role ${names}${more}.`);
}

/** Whose roles count. */
interface RoleHolder {
  /** At the start of a sentence. */
  named: string;
  /** After the first mention. */
  short: string;
  /** What becomes a member of a role group. */
  member: string;
  /** How Exchange knows it: client ID (observed of other clients), or user principal name. */
  assignee: string;
}

export function holderOf(known: Examination["known"]): RoleHolder {
  const { AppId, Connection } = known.get("configuration");
  if (Connection !== "linkedAccount")
    return {
      named: "The application",
      short: "the application",
      member: "the service principal of the application",
      assignee: AppId,
    };
  const { account = "" } = known.get("claims");
  return {
    named: `The linked account ${account}`,
    short: account,
    member: account,
    assignee: account,
  };
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
  const names = held.map(({ name }) => name).join(", ");
  return wrong(
    `${holder.named} has the role ${names}, and Exchange Online refuses it: ${message}`,
    "Wait until the assignment has reached Exchange Online, which can take an hour.",
  );
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
