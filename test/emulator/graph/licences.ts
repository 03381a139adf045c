/** `/subscribedSkus` and `assignLicense`. A licence with a plan of Exchange brings the mailbox. */
import type { Answer } from "../message.ts";
import { isMailbox } from "../kinds.ts";
import { setLicence } from "../licence.ts";
import { isGuid } from "../shapes.ts";
import { bodyOf, json, named, type Call } from "./call.ts";
import type { Directory, Entity } from "./directory.ts";
import type { ServicePlan, Sku } from "./entraState.ts";
import {
  inheritedLicence,
  invalidValues,
  noLicenceChange,
  noSeats,
  noSuchLicence,
  notImplemented,
  noUsageLocation,
  planDependsOn,
  plansExclude,
  unknownSku,
  valueRequired,
} from "./errors.ts";
import { isObject, textOf, textsOf, type Json, type Values } from "./json.ts";
import { licencesIn, licenceStates } from "./licenceStates.ts";
import { single } from "./query.ts";

const skusOf = ({ state }: Directory): readonly Sku[] => state.entra?.subscribedSkus ?? [];

/** Users who have it, directly or through a group (documented). */
const consumed = (sku: Sku, directory: Directory): number =>
  directory.entities("user").filter((user) => skuIds(user, directory).includes(sku.skuId)).length;

const skuIds = (user: Entity, directory: Directory): Json[] =>
  (directory.value(user, "assignedLicenses") as Values[]).map(({ skuId = null }) => skuId);

export function listSkus(call: Call): Answer {
  const { directory, root } = call;
  const all = skusOf(directory).map((sku): Record<string, unknown> => ({
    id: `${directory.state.tenant.id}_${sku.skuId}`,
    skuId: sku.skuId,
    skuPartNumber: sku.skuPartNumber,
    appliesTo: sku.appliesTo ?? "User",
    capabilityStatus: "Enabled",
    consumedUnits: consumed(sku, directory),
    prepaidUnits: { suspended: 0, warning: 0, lockedOut: 0, ...sku.prepaidUnits },
    servicePlans: sku.servicePlans.map(({ servicePlanId, servicePlanName }) => ({
      servicePlanId,
      servicePlanName,
      provisioningStatus: "Success",
      appliesTo: "User",
    })),
  }));
  const names = selectedOf(call, Object.keys(all[0] ?? {}));
  const value = all.map((sku) => Object.fromEntries(names.map((name) => [name, sku[name]])));
  return json({ "@odata.context": `${root}/$metadata#subscribedSkus`, value });
}

/** `$select` is the only option that was observed in use. */
function selectedOf({ incoming }: Call, all: readonly string[]): readonly string[] {
  const { searchParams } = incoming.url;
  const select = searchParams.get("$select");
  if (searchParams.size > (select === null ? 0 : 1))
    throw notImplemented("options of /subscribedSkus other than $select");
  const names = select?.split(",") ?? all;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined && all.length > 0)
    throw notImplemented(`$select of '${unknown}' of /subscribedSkus`);
  return names;
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
  const kept = licencesIn(directory.record(user)).filter(
    ({ skuId }) =>
      !removed.includes(textOf(skuId)) && !added.some(({ sku }) => sku.skuId === skuId),
  );
  const fresh = added.map(({ sku, disabledPlans }) => ({ disabledPlans, skuId: sku.skuId }));
  const inherited = licenceStates(user, directory).filter(
    ({ assignedByGroup }) => assignedByGroup !== null,
  );
  requireSoundPlans(added, plansOf([...kept, ...fresh, ...inherited], directory));
  relicense(call, [user], () => {
    directory.write(user, { assignedLicenses: [...kept, ...fresh] });
  });
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
    if (!skusOf(directory).some(({ skuId }) => skuId === id)) throw unknownSku(id);
    throw skuIds(user, directory).includes(id) ? inheritedLicence() : noSuchLicence();
  }
}

/** Enabled seats and those in warning, less the consumed ones (inferred). */
function requireSeat(sku: Sku, user: Entity, directory: Directory): void {
  if (skuIds(user, directory).includes(sku.skuId)) return;
  const { enabled, warning = 0 } = sku.prepaidUnits;
  if (consumed(sku, directory) >= enabled + warning) throw noSeats(sku.skuId);
}

/** The service plans that are enabled in some licences. */
const plansOf = (licences: readonly Values[], directory: Directory): ServicePlan[] =>
  licences.flatMap(({ skuId, disabledPlans }) =>
    (skusOf(directory).find((sku) => sku.skuId === skuId)?.servicePlans ?? []).filter(
      ({ servicePlanId }) => !textsOf(disabledPlans).includes(servicePlanId),
    ),
  );

/**
 * A plan needs those that it depends on (observed), and excludes others (observed; the text is assumed). Which ones is
 * part of the state: Microsoft publishes no list.
 */
function requireSoundPlans(added: readonly Added[], enabled: readonly ServicePlan[]): void {
  const ids = enabled.map(({ servicePlanId }) => servicePlanId);
  const own = added.flatMap(({ sku, disabledPlans }) =>
    sku.servicePlans.filter(({ servicePlanId }) => !disabledPlans.includes(servicePlanId)),
  );
  for (const { servicePlanId, dependsOn = [], excludes = [] } of own) {
    const absent = dependsOn.filter((id) => !ids.includes(id));
    if (absent.length > 0) throw planDependsOn(servicePlanId, absent);
    const other = excludes.find((id) => ids.includes(id));
    if (other !== undefined) throw plansExclude(servicePlanId, other);
  }
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

/**
 * Carries out a change of what users have licences for. A mailbox comes and goes with its plan: in the service it comes
 * after minutes, here after `mailboxAfterMs`, and goes at once.
 */
export function relicense(call: Call, users: readonly Entity[], change: () => void): void {
  const { directory } = call;
  const before = users.map((user) => hasExchange(user, directory));
  change();
  users.forEach((user, index) => {
    followInExchange(call, user, before[index] === true);
  });
}

function followInExchange({ directory, now }: Call, user: Entity, before: boolean): void {
  const isLicensed = hasExchange(user, directory);
  const { object } = user;
  if (isLicensed === before) return;
  if (!object && !isLicensed) return;
  if (!object) throw notImplemented("a mailbox of a user that only Entra ID has");
  if (isMailbox(object) === isLicensed) return;
  const { store, state } = directory;
  const { mailboxAfterMs } = state.behaviour;
  const at = mailboxAfterMs === 0 ? {} : { at: now + mailboxAfterMs };
  setLicence({ user: String(object["Guid"]), licensed: isLicensed, ...at }, store);
}
