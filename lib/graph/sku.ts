import { isRecord } from "../record.ts";
import type { Operations } from "../step.ts";
import { assertReturned } from "./absence.ts";
import { textOf, type GraphObject } from "./client/replies.ts";
import type { Lookup } from "./lookup.ts";
import type { GraphQuery } from "./target.ts";

/** A licence that the tenant has subscribed to: a `subscribedSku`. */
export interface Sku {
  /** Of the subscription in this tenant. */
  id: string;
  /** Of the product: the same in every tenant, in lower case. */
  skuId: string;
  /** Its name, such as ENTERPRISEPACK. */
  skuPartNumber: string;
  /** Seats that can be assigned, and those that are. */
  seats: { all: number; assigned: number };
  servicePlans: ServicePlan[];
}

/** A service that a licence turns on. */
export interface ServicePlan {
  /** In lower case. */
  id: string;
  /** Such as EXCHANGE_S_ENTERPRISE. */
  name: string;
}

/** What `subscribedSkus` sends. */
export const skuList: Operations = { "GET /subscribedSkus": ["$select"] };

const properties = [
  ...["skuId", "skuPartNumber", "appliesTo", "consumedUnits", "prepaidUnits", "servicePlans"],
] as const;

const read = { operation: "GET /subscribedSkus", query: { select: properties } } as const;

/** Every licence of the tenant that can be assigned to users, suspended ones among them. */
export function subscribedSkus(): GraphQuery<Sku[]> {
  return async ({ graph }) => skusIn(await graph.list(read));
}

/** The same, to be read together with other objects. */
export const skuLookup: Lookup<Sku[]> = {
  reads: [read],
  found: ([objects = []]) => skusIn(objects),
};

/** Throws an `unexpected` fault when a property is absent. Subscriptions of the company are assigned to nobody. */
function skusIn(objects: readonly GraphObject[]): Sku[] {
  return objects.map(skuOf).filter((sku) => sku !== undefined);
}

function skuOf(object: GraphObject): Sku | undefined {
  assertReturned(object, properties, `subscription ${object.id}`);
  if (/^company$/i.test(textOf(object["appliesTo"]))) return undefined;
  const { prepaidUnits, servicePlans } = object;
  const units = isRecord(prepaidUnits) ? prepaidUnits : {};
  const plans = Array.isArray(servicePlans) ? servicePlans.filter(isRecord) : [];
  return {
    id: object.id,
    skuId: textOf(object["skuId"]).toLowerCase(),
    skuPartNumber: textOf(object["skuPartNumber"]),
    // Those in warning can still be assigned (inferred).
    seats: {
      all: countIn(units["enabled"]) + countIn(units["warning"]),
      assigned: countIn(object["consumedUnits"]),
    },
    servicePlans: plans.map((plan) => ({
      id: textOf(plan["servicePlanId"]).toLowerCase(),
      name: textOf(plan["servicePlanName"]),
    })),
  };
}

function countIn(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** How many seats are free, for people: `3 of 25 seats are free`. */
export function freeSeats({ seats: { all, assigned } }: Sku): string {
  return `${Math.max(0, all - assigned)} of ${all} seats are free`;
}

/**
 * Whether the mailbox may depend on the plan. The names are Microsoft's ("Product names and service plan identifiers");
 * those two kinds do not bring a mailbox. A plan of a name that is new counts: a mailbox is not to be lost by a guess.
 */
export function mayCarryMailbox({ name }: ServicePlan): boolean {
  return /^EXCHANGE/i.test(name) && !/^EXCHANGE_(S_FOUNDATION|ANALYTICS)/i.test(name);
}

/** Whether the plan alone certainly keeps a mailbox. */
export function keepsMailbox({ name }: ServicePlan): boolean {
  return /^EXCHANGE_[BLS]_(STANDARD|ENTERPRISE|DESKLESS|ESSENTIALS)/i.test(name);
}
