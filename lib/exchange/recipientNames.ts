import { Fault } from "../fault.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { assertReturned } from "./client/lookUp.ts";
import { nameKey } from "./wantedNames.ts";

/**
 * Whom a text in a list of trustees means: one object by its Guid; several objects of which any can be meant, because
 * lists also show free names; or no known object.
 */
export type Resolved = { guid: string } | { candidates: readonly string[] } | "unknown";

/** Each is one recipient's by construction. `WindowsLiveID` is the user principal name, if there is one. */
const identifiers = [
  "Guid",
  "ExternalDirectoryObjectId",
  "WindowsLiveID",
  "PrimarySmtpAddress",
] as const;
/** Free text: one recipient's name can be another one's identifier, and then says nothing about it. */
export const freeNames = ["Name", "DisplayName"] as const;
/** Names that only users have, and that are rarely used for trustees. */
const rareNames = [
  "Sid",
  "UserPrincipalName",
  "SamAccountName",
  "DistinguishedName",
  "LegacyExchangeDN",
] as const;

/** What is read of a recipient, and of a user. */
export const recipientProperties = [...identifiers, ...freeNames, "RecipientTypeDetails"];
export const userProperties = ["Guid", ...freeNames, ...rareNames];

/** The names of a recipient. Throws an `unexpected` fault for a row without a Guid or without one of the properties. */
export function namesOfRecipient(row: Row): string[] {
  assertReturned(row, recipientProperties, `recipient ${guidIn(row, "recipient")}`);
  return [...identifiers, ...freeNames].map((name) => textOf(row[name]));
}

/** The same of a user. */
export function namesOfUser(row: Row): string[] {
  assertReturned(row, userProperties, `user ${guidIn(row, "user")}`);
  return [...freeNames, ...rareNames].map((name) => textOf(row[name]));
}

/** An account name without the domain that may precede it (DOMAIN\name). */
export function withoutDomain(text: string): string {
  return text.replace(/^[^\\]*\\/, "");
}

/** Recipients and users, by every name by which the service lists trustees. */
export class RecipientNames {
  readonly #byIdentifier = new Names();
  /** Free names, which count only where no identifier does. */
  readonly #byFreeName = new Names();
  /** The Name alone, which is unique in a tenant; a display name is not. */
  readonly #byName = new Names();
  /** Rare names, which are used only if the other names match nothing. */
  readonly #byRareName = new Names();
  readonly #distinguishedNames = new Map<string, string>();
  readonly #ofType = new Set<string>();
  readonly #types: readonly string[];

  /** `types`: the recipient types for `isOneOf`. */
  constructor(types: readonly string[]) {
    this.#types = types;
  }

  addRecipient(row: Row): void {
    namesOfRecipient(row);
    const guid = guidIn(row, "recipient");
    for (const name of identifiers) this.#byIdentifier.add(row[name], guid);
    this.#addFreeNames(row, guid);
    if (this.#types.includes(textOf(row["RecipientTypeDetails"])))
      this.#ofType.add(guid.toLowerCase());
  }

  addUser(row: Row): void {
    namesOfUser(row);
    const guid = guidIn(row, "user");
    this.#addFreeNames(row, guid);
    for (const name of rareNames) this.#byRareName.add(row[name], guid);
    this.#distinguishedNames.set(guid.toLowerCase(), textOf(row["DistinguishedName"]));
  }

  #addFreeNames(row: Row, guid: string): void {
    this.#byName.add(row["Name"], guid);
    for (const name of freeNames) this.#byFreeName.add(row[name], guid);
  }

  isOneOf(guid: string): boolean {
    return this.#ofType.has(guid.toLowerCase());
  }

  isIdentified(text: string): boolean {
    return this.#byIdentifier.of(text).length > 0;
  }

  /** Whom a text means, if everything that it can mean was added. */
  resolve(text: string): Resolved {
    if (this.isIdentified(text)) return resolved(this.#byIdentifier.of(text));
    const named = this.#byFreeName.of(text);
    // A deleted account, which no list shows, can have had the same display name. A Name is unique.
    if (named.length > 0)
      return this.#byName.of(text).length > 0 ? resolved(named) : { candidates: named };
    const rarelyNamed = this.#byRareName.of(text);
    return resolved(
      rarelyNamed.length > 0 ? rarelyNamed : this.#byRareName.of(withoutDomain(text)),
    );
  }

  /** The Guid of the recipient that a list of recipients names; undefined when it can be another one. */
  recipientNamed(text: string): string | undefined {
    const found = new Set([...this.#byIdentifier.of(text), ...this.#byFreeName.of(text)]);
    return found.size === 1 ? [...found][0] : undefined;
  }

  /** Undefined for one that was not added as a user. */
  distinguishedNameOf(guid: string): string | undefined {
    return this.#distinguishedNames.get(guid.toLowerCase());
  }
}

/** Names without regard to case, each with the Guids of its objects. */
class Names {
  readonly #guids = new Map<string, string[]>();

  add(name: unknown, guid: string): void {
    const key = nameKey(textOf(name));
    if (key === "") return;
    const known = this.#guids.get(key);
    if (!known) this.#guids.set(key, [guid]);
    else if (!known.some((one) => one.toLowerCase() === guid.toLowerCase())) known.push(guid);
  }

  of(name: string): readonly string[] {
    return this.#guids.get(nameKey(name)) ?? [];
  }
}

function resolved(guids: readonly string[]): Resolved {
  const [guid, ...others] = guids;
  if (guid === undefined) return "unknown";
  return others.length === 0 ? { guid } : { candidates: guids };
}

function guidIn(row: Row, what: string): string {
  const guid = textOf(row["Guid"]);
  if (guid !== "") return guid;
  throw new Fault({
    kind: "unexpected",
    message: `Exchange Online returned a ${what} without a Guid, so it cannot be identified.`,
  });
}
