/** Trustees in the entries of an access list, from the parameter to the row. */
import type { AccessEntry } from "../access.ts";
import { ambiguous, trusteeUnknown } from "./errors.ts";
import { guidOfSid, isSid, sidOf } from "../sid.ts";
import { guidPattern } from "../shapes.ts";
import type { DirectoryObject } from "../state.ts";
import { fold, isSoftDeleted, type Store } from "../store.ts";

export const self = "NT AUTHORITY\\SELF";

/** Contacts, distribution lists and Microsoft 365 groups cannot hold a right. */
const isPrincipal = (object: DirectoryObject, store: Store): boolean =>
  object["RecipientTypeDetails"] !== "GroupMailbox" &&
  store.property(object, "IsSecurityPrincipal") === true;

/**
 * The trustee that a parameter names, as entries store it. Only a SID in the list can name a
 * deleted one.
 */
export function trusteeNamed(
  identity: string,
  store: Store,
  listed: readonly AccessEntry[],
): string {
  if (fold(identity) === fold(self)) return self;
  const kept = listed.find(({ listedAs }) => listedAs?.toLowerCase() === identity.toLowerCase());
  if (kept) return kept.trustee;
  if (isSid(identity)) {
    const holder = holderOfSid(identity, store);
    const trustee = holder
      ? String(holder["Guid"])
      : listed.find(
          (entry) =>
            entry.trustee.toLowerCase() === identity.toLowerCase() ||
            sidOfTrustee(entry.trustee) === identity.toUpperCase(),
        )?.trustee;
    if (trustee === undefined) throw trusteeUnknown(identity);
    return trustee;
  }
  const found = store
    .find(identity)
    .filter((object) => isPrincipal(object, store) && !isSoftDeleted(object));
  const [first] = found;
  if (!first) throw trusteeUnknown(identity);
  if (found.length > 1) throw ambiguous(identity, store.state.behaviour.ambiguity);
  return String(first["Guid"]);
}

function holderOfSid(sid: string, store: Store): DirectoryObject | undefined {
  const made = store.byGuid(guidOfSid(sid) ?? "");
  if (made && store.property(made, "Sid") === sid.toUpperCase()) return made;
  return store.objects.find((object) => object["Sid"] === sid);
}

const sidOfTrustee = (trustee: string): string | undefined =>
  guidPattern.test(trustee) ? sidOf(trustee) : undefined;

/** Whether an entry is about a deleted object. */
export function isOrphaned({ trustee }: AccessEntry, store: Store): boolean {
  const object = store.byGuid(trustee);
  return object ? isSoftDeleted(object) : isSid(trustee) || guidPattern.test(trustee);
}

/** What a row shows: the SID for a deleted object. */
export function shownTrustee(entry: AccessEntry, store: Store): string {
  if (entry.listedAs !== undefined) return entry.listedAs;
  const object = store.byGuid(entry.trustee);
  if (!object) return sidOfTrustee(entry.trustee) ?? entry.trustee;
  const shown = store.property(
    object,
    isSoftDeleted(object) ? "Sid" : store.state.behaviour.trusteesShownAs,
  );
  return typeof shown === "string" && shown !== "" ? shown : String(object["Name"]);
}

/** What a warning shows: `domain\account`, as observed. */
export function account(trustee: string, store: Store): string {
  const object = store.byGuid(trustee);
  return object
    ? `EURPR01A001\\${String(store.property(object, "SamAccountName"))}`
    : (sidOfTrustee(trustee) ?? trustee);
}

/**
 * Whether a parameter of a reading cmdlet means this trustee: any of its names, exactly. Another
 * case finds nothing (documented).
 */
export function isNamed(entry: AccessEntry, text: string, store: Store): boolean {
  const object = store.byGuid(entry.trustee);
  if (!object || entry.listedAs !== undefined) return shownTrustee(entry, store) === text;
  const names = [
    "UserPrincipalName",
    "PrimarySmtpAddress",
    "Name",
    "DisplayName",
    "Alias",
    "Guid",
    "ExternalDirectoryObjectId",
    "DistinguishedName",
    "SamAccountName",
    "Sid",
  ];
  return names.some((name) => store.property(object, name) === text);
}
