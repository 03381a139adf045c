import shipped from "../../permissions/licences/options.json" with { type: "json" };
import { Fault } from "../fault.ts";
import type { LicenceOption } from "../generated/types.ts";
import { licenceOptions } from "../generated/validators/licenceOptions.ts";
import type { Assignment } from "../graph/licence.ts";
import type { Sku } from "../graph/sku.ts";
import { quoted } from "../graphemes.ts";
import { optionsIn } from "./options.ts";

export const optionsFile = "permissions/licences/options.json";

/** The licences that are not assigned with all their service plans. */
export function listedOptions(data: unknown = shipped): LicenceOption[] {
  return optionsIn(optionsFile, licenceOptions, data, ({ Id }) => Id.trim().toLowerCase());
}

/** Whether an option is for the licence: its Id is the skuPartNumber or the skuId. */
export function isFor({ Id }: LicenceOption, { skuId, skuPartNumber }: Sku): boolean {
  return [skuId, skuPartNumber.toLowerCase()].includes(Id.trim().toLowerCase());
}

/**
 * The IDs of the service plans that are off after a grant: those of the option and, unless it says otherwise, those
 * that are off now, which someone may have turned off by hand. Throws an `invalid` fault for a plan that the licence
 * does not have.
 */
export function disabledPlansFor(
  sku: Sku,
  present: Assignment | undefined,
  options: readonly LicenceOption[],
): string[] {
  const option = options.find((one) => isFor(one, sku));
  const own = (option?.DisabledPlans ?? []).map((text) => planIn(sku, text));
  const others = option?.KeepDisabledPlans === false ? [] : (present?.disabledPlans ?? []);
  return [...new Set([...own, ...others])];
}

function planIn({ skuPartNumber, servicePlans }: Sku, text: string): string {
  const wanted = text.trim().toLowerCase();
  const plan = servicePlans.find(({ id, name }) => [id, name.toLowerCase()].includes(wanted));
  if (plan) return plan.id;
  throw Fault.invalid(
    `${optionsFile} disables ${quoted(text)}, which is not a service plan of licence ${skuPartNumber}; expected one ` +
      `of ${servicePlans.map(({ name }) => name).join(", ") || "none"}.`,
  );
}
