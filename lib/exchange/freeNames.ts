import { recipientTypes } from "../generated/mailbox.ts";
import { textOf } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { anyOf, equals } from "./client/opath.ts";
import {
  addressesOf,
  hasNames,
  namedObject,
  nameConflict,
  nameProperties,
  type NamedObject,
} from "./namedObject.ts";
import { maxNamed } from "./naming.ts";
import { foldedName, type ObjectNames } from "./objectNames.ts";
import type { ObjectKind } from "./objectKinds.ts";
import type { ExchangeQuery } from "./target.ts";

/**
 * Throws an `invalid` fault when another recipient has one of the names, or a deleted recipient still has the
 * address.
 */
export function assertNamesFree(names: ObjectNames, kind: ObjectKind): ExchangeQuery<void> {
  const isOther = (object: NamedObject): boolean => !hasNames(names, object, kind);
  return async ({ exchange }) => {
    const present = await presentHolders(names, kind, exchange);
    assertNone(names, present.filter(isOther));
    const deleted = await deletedHolders(names, kind, exchange);
    assertNone(
      names,
      deleted
        .filter(isOther)
        .map((one) => ({ ...one, RecipientTypeDetails: `deleted ${one.RecipientTypeDetails}` })),
    );
  };
}

function assertNone(names: ObjectNames, holders: readonly NamedObject[]): void {
  if (holders.length > 0) throw nameConflict(names, holders);
}

async function presentHolders(
  names: ObjectNames,
  kind: ObjectKind,
  exchange: Exchange,
): Promise<NamedObject[]> {
  const filter = anyOf(
    equals("Name", names.Name),
    equals("Alias", names.Alias),
    addressFilter(names),
    equals("WindowsLiveID", names.PrimarySmtpAddress),
  );
  const found = await recipientsWhere(filter, {}, kind, exchange);
  return found.filter((object) => hasAddress(object, names) || hasName(object, names));
}

/** A deleted recipient keeps its addresses, but not its names. */
async function deletedHolders(
  names: ObjectNames,
  kind: ObjectKind,
  exchange: Exchange,
): Promise<NamedObject[]> {
  const switches = { IncludeSoftDeletedRecipients: true };
  const found = await recipientsWhere(addressFilter(names), switches, kind, exchange);
  return found.filter((object) => hasAddress(object, names));
}

function addressFilter({ PrimarySmtpAddress }: ObjectNames): string {
  return equals("EmailAddresses", `smtp:${PrimarySmtpAddress}`);
}

async function recipientsWhere(
  filter: string,
  switches: { IncludeSoftDeletedRecipients?: boolean },
  { noun }: ObjectKind,
  exchange: Exchange,
): Promise<NamedObject[]> {
  const { rows } = await exchange.invoke({
    cmdlet: "Get-Recipient",
    parameters: {
      Filter: filter,
      RecipientTypeDetails: recipientTypes,
      ResultSize: maxNamed,
      ...switches,
    },
    select: [...nameProperties, "WindowsLiveID"],
  });
  // Not every type of recipient has every name.
  return rows.map((row) => namedObject(row, noun, ["Guid"]));
}

/** Checked again, because a filter may match more. */
function hasAddress(object: NamedObject, { PrimarySmtpAddress }: ObjectNames): boolean {
  return addressesOf(object).includes(PrimarySmtpAddress.toLowerCase());
}

function hasName(object: NamedObject, names: ObjectNames): boolean {
  const wanted = [names.Alias, names.PrimarySmtpAddress].map((name) => name.toLowerCase());
  return (
    foldedName(object.Name) === foldedName(names.Name) ||
    [object.Alias, textOf(object["WindowsLiveID"])].some((name) =>
      wanted.includes(name.toLowerCase()),
    )
  );
}
