/** The licence of a person who gets an account of Entra ID: directly, or through a group that assigns it. */
import { assertUsageLocation, explained } from "../entitlements/licenceAssignment.ts";
import { disabledPlansFor, listedOptions } from "../entitlements/licenceOptions.ts";
import { Fault } from "../fault.ts";
import { assertChangeable, groupMapped, groupSearch, nameOf as groupName } from "../graph/group.ts";
import type { Group } from "../graph/group.ts";
import {
  assigningLicence,
  assignmentsOf,
  licenceChange,
  licenceProperties,
} from "../graph/licence.ts";
import { noLookup, type Lookup } from "../graph/lookup.ts";
import { addingMember, isMember, memberAddition, membershipLookup } from "../graph/membership.ts";
import { skuList, skuLookup, type Sku } from "../graph/sku.ts";
import { nameOf } from "../graph/user.ts";
import type { Field } from "../graph/userFields.ts";
import { quoted } from "../graphemes.ts";
import { mappedText } from "../mappedValues.ts";
import { mergedOperations, type Gate, type Operations } from "../step.ts";
import type { EntraTargets } from "./entra.ts";
import type { Found } from "./entraCreation.ts";

/** What `withLicence` sends, its look-ups included. */
export const licenceOperations: Operations = mergedOperations(
  skuList,
  licenceChange,
  groupSearch,
  membershipLookup,
  memberAddition,
);

/** Fields with this prefix are for create alone. */
export const ofLicence = /^license\./i;
/** The licence to assign directly, by its skuPartNumber; and the group that assigns one, by its name or object ID. */
export const licenceFields = ["license.skuPartNumber", "license.group"] as const;

/** The licence that a person gets. Empty texts: none. */
export interface WantedLicence {
  skuPartNumber: string;
  group: string;
}

export const noLicence: WantedLicence = { skuPartNumber: "", group: "" };

/** Throws an `invalid` fault for a field that does not exist, and for a value that is not text. */
export function licenceFrom(fields: readonly Field[]): WantedLicence {
  const texts = new Map<string, string>();
  for (const [name, mapped] of fields) {
    if (!ofLicence.test(name)) continue;
    const known = licenceFields.find((one) => one.toLowerCase() === name.toLowerCase());
    if (known === undefined)
      throw Fault.invalid(`${name} is mapped; expected ${licenceFields.join(" or ")}.`);
    texts.set(known, mappedText(known, mapped));
  }
  const [skuPartNumber, group] = licenceFields.map((name) => texts.get(name) ?? "");
  return { skuPartNumber: skuPartNumber ?? "", group: group ?? "" };
}

/** What is read of a user who may have the licence already. */
export function propertiesForLicence({ skuPartNumber }: WantedLicence): readonly string[] {
  return skuPartNumber === "" ? [] : licenceProperties;
}

/** The licences of the tenant, and the one that is wanted. Throws an `invalid` fault when the tenant has no such. */
export function licenceLookup({
  skuPartNumber,
}: WantedLicence): Lookup<{ sku: Sku; skus: readonly Sku[] } | undefined> {
  if (skuPartNumber === "") return noLookup;
  return {
    ...skuLookup,
    found(objects) {
      const skus = skuLookup.found(objects);
      const wanted = skuPartNumber.toLowerCase();
      const sku = skus.find((one) => [one.skuPartNumber.toLowerCase(), one.skuId].includes(wanted));
      if (sku) return { sku, skus };
      throw Fault.invalid(
        `license.skuPartNumber is mapped with ${quoted(skuPartNumber)}, which is not a licence of the tenant; ` +
          (skus.length === 0
            ? "it has none."
            : `expected one of ${skus.map((one) => one.skuPartNumber).join(", ")}.`),
      );
    },
  };
}

/** The group that assigns a licence. Throws an `invalid` fault for one that assigns none or takes no members. */
export function licenceGroupLookup({ group }: WantedLicence): Lookup<Group | undefined> {
  if (group === "") return noLookup;
  const lookup = groupMapped("license.group", group, ["assignedLicenses"]);
  return {
    ...lookup,
    found(objects) {
      const found = lookup.found(objects);
      assertChangeable(found);
      const { assignedLicenses } = found;
      if (Array.isArray(assignedLicenses) && assignedLicenses.length > 0) return found;
      throw Fault.invalid(
        `license.group is mapped with group ${groupName(found)}, which assigns no licence; expected one that does.`,
      );
    },
  };
}

/** What was found of the licence that a person gets. */
export interface Licensing {
  licence: { sku: Sku; skus: readonly Sku[] } | undefined;
  group: Group | undefined;
}

/** Throws an `invalid` fault when the person cannot get the licence: before the user is created. */
export function assertLicensable(
  values: Readonly<Record<string, unknown>>,
  name: string,
  { licence }: Licensing,
): void {
  if (licence) assertUsageLocation(values, name, licence.sku);
}

/** Assigns the licence and adds the user to the group, unless a run before has done so. */
export async function withLicence(
  { user, state }: Found,
  { licence, group }: Licensing,
  { read, change }: Pick<Gate<EntraTargets>, "read" | "change">,
): Promise<void> {
  if (licence) {
    const { sku, skus } = licence;
    // A user that would be created has none, and one that would be restored keeps those it had.
    const isRead = state === "existing" || Array.isArray(user["licenseAssignmentStates"]);
    const present = isRead ? assignmentsOf(user) : [];
    const hasIt = present.some(({ skuId, isEffective }) => skuId === sku.skuId && isEffective);
    if (!hasIt) {
      assertUsageLocation(user, nameOf(user), sku);
      const disabledPlans = disabledPlansFor(sku, undefined, listedOptions());
      const step = assigningLicence(user, sku, { disabledPlans, before: undefined });
      await change(step).catch((thrown: unknown) => {
        throw explained(Fault.of(thrown), sku, skus);
      });
    }
  }
  if (!group) return;
  const wasMember = state === "existing" && (await read(isMember(group, user)));
  if (!wasMember) await change(addingMember(group, user, false));
}

/** What the user has got, under the names of the fields. */
export function licensedAs({ licence, group }: Licensing): Record<string, string | null> {
  return {
    skuPartNumber: licence?.sku.skuPartNumber ?? null,
    group: group?.displayName ?? null,
  };
}
