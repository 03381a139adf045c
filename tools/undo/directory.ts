/** How steps in Active Directory are taken back. */
import type { PlanStep } from "../../lib/generated/types.ts";
import { differencesOf } from "../session/differences.ts";
import type { Inverse, InverseEvent } from "./inverse.ts";
import { addedAddresses, textOf } from "./values.ts";

/** ADS_UF_ACCOUNTDISABLE (documented). */
const accountDisable = 0x2;
/** Never without a value. */
const isNeverEmpty = /^(sAMAccountName|userPrincipalName)$/;

/** The attributes of a user as they were. */
export function ofModification(step: PlanStep): Inverse {
  const { before } = step;
  const { userAccountControl: flags } = before;
  if (typeof flags === "number")
    return { event: ofHybrid((flags & accountDisable) === 0 ? "enable" : "disable", step, {}) };
  if ("manager" in before)
    return {
      reason: "the manager before is known by its name only, and an event takes an account",
    };
  const fields = differencesOf(step).map(({ property, from }) => [property, textOf(from)] as const);
  const added = addedAddresses(step, "proxyAddresses");
  if (added.length > 0)
    return { reason: `it added ${added.join(", ")}, and the connector removes no address` };
  const settable = fields.filter(([name, value]) => value !== null || !isNeverEmpty.test(name));
  if (settable.length === 0)
    return { reason: `an update cannot clear ${fields.map(([name]) => name).join(", ")}` };
  return { event: ofHybrid("update", step, Object.fromEntries(settable)) };
}

/** The place and the name of a user as they were. */
export function ofMove(step: PlanStep): Inverse {
  const { cn, parent } = step.before;
  return { event: ofHybrid("update", step, { cn, organizationalUnit: parent }) };
}

/** The step names the user by its distinguished name, and a permission is one of an account. */
export function ofNamedUser(): Inverse {
  return {
    reason: "it names the account by its distinguished name, and an event by its reference",
  };
}

/** Only what the step has changed: nothing goes to the cloud, and the manager stays as it is. */
function ofHybrid(
  verb: "update" | "enable" | "disable",
  { parameters }: PlanStep,
  data: Record<string, unknown>,
): InverseEvent {
  return {
    action: `lifecycle/hybrid/${verb}`,
    account: String(parameters["objectGUID"]),
    data,
    settings: { exchangeOnlineIntegration: false, updateManagerOnUpdate: false },
  };
}
