/** `/subscribedSkus` and `assignLicense`. A licence with a plan of Exchange brings the mailbox. */
import type { Answer } from "../message.ts";
import { isMailbox } from "../kinds.ts";
import { setLicence } from "../licence.ts";
import { isGuid } from "../shapes.ts";
import { bodyOf, json, named, type Call } from "./call.ts";
import type { Directory, Entity } from "./directory.ts";
import type { Sku } from "./entraState.ts";
import {
  inheritedLicence,
  invalidValues,
  noLicenceChange,
  noSeats,
  noSuchLicence,
  notImplemented,
  noUsageLocation,
  unknownSku,
  valueRequired,
} from "./errors.ts";
import { isObject, textOf, textsOf, type Json, type Values } from "./json.ts";
import { licencesIn } from "./licenceStates.ts";
import { single } from "./query.ts";

const skusOf = ({ state }: Directory): readonly Sku[] => state.entra?.subscribedSkus ?? [];

/** Users who have it, directly or through a group (documented). */
const consumed = (sku: Sku, directory: Directory): number =>
  directory.entities("user").filter((user) => skuIds(user, directory).includes(sku.skuId)).length;

const skuIds = (user: Entity, directory: Directory): Json[] =>
  (directory.value(user, "assignedLicenses") as Values[]).map(({ skuId = null }) => skuId);

export function listSkus(call: Call): Answer {
  const { directory, root } = call;
  if (call.incoming.url.searchParams.size > 0) throw notImplemented("options of /subscribedSkus");
  const value = skusOf(directory).map((sku) => ({
    id: `${directory.state.tenant.id}_${sku.skuId}`,
    skuId: sku.skuId,
    skuPartNumber: sku.skuPartNumber,
    appliesTo: "User",
    capabilityStatus: "Enabled",
    consumedUnits: consumed(sku, directory),
    prepaidUnits: { suspended: 0, warning: 0, lockedOut: 0, ...sku.prepaidUnits },
    servicePlans: sku.servicePlans.map((plan) => ({
      ...plan,
      provisioningStatus: "Success",
      appliesTo: "User",
    })),
  }));
  return json({ "@odata.context": `${root}/$metadata#subscribedSkus`, value });
}

interface Added {
  sku: Sku;
  disabledPlans: string[];
}

export function assignLicence(call: Call): Answer {
  const { directory } = call;
  const user = named(call, "user", "user");
  const { addLicenses, removeLicenses } = bodyOf(call);
  // Both lists are needed, also when they are empty (observed).
  if (!Array.isArray(addLicenses)) throw valueRequired("addLicenses", "User");
  if (!Array.isArray(removeLicenses)) throw valueRequired("removeLicenses", "User");
  if (addLicenses.length + removeLicenses.length === 0) throw noLicenceChange();
  const added = addLicenses.map((one) => readAdded(one, directory));
  const removed = textsOf(removeLicenses).map((id) => id.toLowerCase());
  checkRemoved(user, removed, directory);
  if (added.length > 0 && directory.value(user, "usageLocation") === null) throw noUsageLocation();
  for (const { sku } of added) requireSeat(sku, user, directory);
  const before = hasExchange(user, directory);
  const kept = licencesIn(directory.record(user)).filter(
    ({ skuId }) =>
      !removed.includes(textOf(skuId)) && !added.some(({ sku }) => sku.skuId === skuId),
  );
  const fresh = added.map(({ sku, disabledPlans }) => ({ disabledPlans, skuId: sku.skuId }));
  directory.write(user, { assignedLicenses: [...kept, ...fresh] });
  followInExchange(user, before, directory);
  return single(call, directory.current(user));
}

function readAdded(one: Json, directory: Directory): Added {
  if (!isObject(one) || !isGuid(one["skuId"])) throw invalidValues();
  const id = one["skuId"].toLowerCase();
  const sku = skusOf(directory).find(({ skuId }) => skuId.toLowerCase() === id);
  if (!sku) throw unknownSku(one["skuId"]);
  const disabledPlans = textsOf(one["disabledPlans"]);
  const isKnown = (plan: string): boolean =>
    sku.servicePlans.some(({ servicePlanId }) => servicePlanId === plan);
  if (!disabledPlans.every(isKnown)) throw invalidValues();
  return { sku, disabledPlans };
}

function checkRemoved(user: Entity, removed: readonly string[], directory: Directory): void {
  const direct = licencesIn(directory.record(user)).map(({ skuId }) => skuId);
  for (const id of removed) {
    if (direct.includes(id)) continue;
    throw skuIds(user, directory).includes(id) ? inheritedLicence() : noSuchLicence();
  }
}

/** Enabled seats and those in warning, less the consumed ones (inferred). */
function requireSeat(sku: Sku, user: Entity, directory: Directory): void {
  if (skuIds(user, directory).includes(sku.skuId)) return;
  const { enabled, warning = 0 } = sku.prepaidUnits;
  if (consumed(sku, directory) >= enabled + warning) throw noSeats(sku.skuId);
}

/** Whether a licence has a plan for a mailbox that is not disabled. */
function hasExchange(user: Entity, directory: Directory): boolean {
  const licences = directory.value(user, "assignedLicenses") as Values[];
  return licences.some(({ skuId, disabledPlans }) =>
    skusOf(directory)
      .find((sku) => sku.skuId === skuId)
      ?.servicePlans.some(
        ({ servicePlanId, servicePlanName }) =>
          /^EXCHANGE_S_(STANDARD|ENTERPRISE|DESKLESS)/.test(servicePlanName) &&
          !textsOf(disabledPlans).includes(servicePlanId),
      ),
  );
}

/** The mailbox comes and goes with the plan. In the service it takes minutes; here it is at once. */
function followInExchange(user: Entity, before: boolean, directory: Directory): void {
  const isLicensed = hasExchange(user, directory);
  const { object } = user;
  if (isLicensed === before) return;
  if (!object) throw notImplemented("a mailbox of a user that only Entra ID has");
  if (isMailbox(object) === isLicensed) return;
  const { store } = directory;
  setLicence({ user: String(object["Guid"]), licensed: isLicensed }, store);
  const addresses = store.property(object, "EmailAddresses");
  // A mailbox has an address: its user name (assumed).
  if (isLicensed && Array.isArray(addresses) && addresses.length === 0)
    store.change(object, {
      EmailAddresses: [`SMTP:${textOf(directory.value(user, "userPrincipalName"))}`],
    });
}
