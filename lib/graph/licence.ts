import { Fault } from "../fault.ts";
import { isRecord } from "../record.ts";
import type { Operations } from "../step.ts";
import { textOf } from "./client/replies.ts";
import type { ServicePlan, Sku } from "./sku.ts";
import type { GraphQuery, GraphStep, GraphStream } from "./target.ts";
import { allUsers, nameOf, userById, type User } from "./user.ts";

/** A licence that a user has, directly or through one group. */
export interface Assignment {
  /** In lower case. */
  skuId: string;
  /** The object ID of the group that assigns it; undefined when it is assigned directly. */
  group: string | undefined;
  /** IDs of the service plans that are off, in lower case. */
  disabledPlans: string[];
  /** False while Entra ID could not carry it out, because there is no seat for example. */
  isEffective: boolean;
}

/** The properties to read of a user whose licences are changed. */
export const licenceProperties = ["licenseAssignmentStates", "usageLocation"];

/** What `assigningLicence` and `removingLicence` send, their looks included. */
export const licenceChange: Operations = {
  "POST /users/{user}/assignLicense": ["user", "addLicenses", "removeLicenses"],
  "GET /users/{user}": ["user", "$select"],
  "GET /users": ["$filter", "$select"],
};

/**
 * The licences of a user that was read with `licenceProperties`, one for each way in which it is assigned. Throws an
 * `unexpected` fault when they are not a list: that never means "no licence".
 */
export function assignmentsOf(user: User): Assignment[] {
  const states = user["licenseAssignmentStates"];
  if (!Array.isArray(states) || !states.every(isRecord))
    throw new Fault({
      kind: "unexpected",
      message: `Microsoft Graph did not return the licences of ${nameOf(user)} (licenseAssignmentStates).`,
    });
  return states.map((state) => ({
    skuId: textOf(state["skuId"]).toLowerCase(),
    group: textOf(state["assignedByGroup"]) || undefined,
    disabledPlans: (Array.isArray(state["disabledPlans"]) ? state["disabledPlans"] : []).map((id) =>
      textOf(id).toLowerCase(),
    ),
    isEffective: !/^error$/i.test(textOf(state["state"])),
  }));
}

/** The direct one among the assignments of a user. */
export function directAssignment(
  { skuId }: Pick<Sku, "skuId">,
  assignments: readonly Assignment[],
): Assignment | undefined {
  return assignments.find((one) => one.skuId === skuId && one.group === undefined);
}

/** The service plans that an assignment turns on. Those of a licence that the tenant no longer has are unknown. */
export function enabledPlans(
  { skuId, disabledPlans }: Pick<Assignment, "skuId" | "disabledPlans">,
  skus: readonly Sku[],
): ServicePlan[] {
  const plans = skus.find((sku) => sku.skuId === skuId)?.servicePlans ?? [];
  return plans.filter(({ id }) => !disabledPlans.includes(id));
}

/** The service plans of a licence in messages: their names, or the IDs of unknown ones. */
export function planNames(ids: readonly string[], { servicePlans }: Sku): string {
  return ids.map((id) => servicePlans.find((plan) => plan.id === id)?.name ?? id).join(", ");
}

/**
 * The step that assigns a licence directly, with these service plans off and all others on: what it was assigned with
 * before is replaced (documented). `before`: the direct assignment as read.
 */
export function assigningLicence(
  user: User,
  sku: Sku,
  { disabledPlans, before }: { disabledPlans: readonly string[]; before: Assignment | undefined },
): GraphStep {
  const without = disabledPlans.length === 0 ? "" : ` without ${planNames(disabledPlans, sku)}`;
  return {
    target: "graph",
    operation: "POST /users/{user}/assignLicense",
    parameters: {
      user: user.id,
      addLicenses: [{ skuId: sku.skuId, disabledPlans: [...disabledPlans] }],
      removeLicenses: [],
    },
    sentence: `Assign licence ${sku.skuPartNumber}${without} to ${nameOf(user)}`,
    before: beforeOf(before),
    isInPlace: isSame(before, disabledPlans),
    isSilent: true,
    isInEffect: async (targets) => isSame(await directNow(user, sku)(targets), disabledPlans),
  };
}

/** The step that takes a direct assignment away. One that a group makes stays. `before`: as read. */
export function removingLicence(
  user: User,
  sku: Pick<Sku, "skuId" | "skuPartNumber">,
  before: Assignment | undefined,
): GraphStep {
  const direct = directNow(user, sku);
  return {
    target: "graph",
    operation: "POST /users/{user}/assignLicense",
    // Both lists are needed, also when they are empty (observed).
    parameters: { user: user.id, addLicenses: [], removeLicenses: [sku.skuId] },
    sentence: `Remove licence ${sku.skuPartNumber} from ${nameOf(user)}`,
    before: beforeOf(before),
    isInPlace: before === undefined,
    isInEffect: async (targets) => (await direct(targets)) === undefined,
    isRemoval: true,
  };
}

/** The direct assignment of a licence at this moment. */
export function directNow(
  { id }: User,
  sku: Pick<Sku, "skuId">,
): GraphQuery<Assignment | undefined> {
  return async (targets) =>
    directAssignment(sku, assignmentsOf(await userById(id, licenceProperties)(targets)));
}

function beforeOf(before: Assignment | undefined): GraphStep["before"] {
  return { isAssigned: before !== undefined, disabledPlans: before?.disabledPlans ?? [] };
}

function isSame(found: Assignment | undefined, disabledPlans: readonly string[]): boolean {
  if (!found?.isEffective) return false;
  const sorted = (ids: readonly string[]): string => ids.toSorted().join();
  return sorted(found.disabledPlans) === sorted(disabledPlans);
}

/** Every user of the tenant with the licences to read by `assignmentsOf`, as the pages arrive. */
export function allLicensedUsers(): GraphStream<User> {
  return allUsers(["licenseAssignmentStates"]);
}
