/** What every way to assign a licence agrees on. */
import { Fault } from "../fault.ts";
import { freeSeats, type Sku } from "../graph/sku.ts";
import { optionsFile } from "./licenceOptions.ts";

/**
 * Throws an `invalid` fault for a user without a usage location, to whom no licence can be assigned (documented).
 * `name`: of the user, in messages.
 */
export function assertUsageLocation(
  { usageLocation }: Readonly<Record<string, unknown>>,
  name: string,
  { skuPartNumber }: Sku,
): void {
  if (typeof usageLocation === "string" && usageLocation.trim() !== "") return;
  throw Fault.invalid(
    `${name} has no usageLocation, so licence ${skuPartNumber} cannot be assigned; expected the code of a ` +
      "country such as NL in the field usageLocation.",
  );
}

/** What a refusal means, with names instead of the IDs that Graph quotes, and what to do. */
export function explained(cause: Fault, sku: Sku, skus: readonly Sku[]): Fault {
  const { kind, message: text } = cause;
  if (kind === "unlicensed")
    return new Fault({
      kind: "unlicensed",
      cause,
      message:
        `Licence ${sku.skuPartNumber} has no free seat: ${freeSeats(sku)}. ` +
        "Buy seats, or revoke it from someone.",
    });
  const names = skus
    .flatMap(({ servicePlans }) => servicePlans)
    .filter(({ id }) => text.toLowerCase().includes(id))
    .map(({ name }) => name);
  if (kind !== "invalid" || names.length === 0) return cause;
  return new Fault({
    kind: "invalid",
    cause,
    message:
      `Service plans of licence ${sku.skuPartNumber} need or exclude others: ${[...new Set(names)].join(", ")}. ` +
      `Change what ${optionsFile} disables, or revoke the other licence.`,
  });
}
