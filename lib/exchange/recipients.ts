import { Fault } from "../fault.ts";
import { isGuid } from "../guid.ts";
import { collectPages } from "./client/batch.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { assertReturned } from "./client/lookUp.ts";
import type { Cmdlets } from "./target.ts";

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
const freeNames = ["Name", "DisplayName"] as const;
const properties = [...identifiers, ...freeNames, "RecipientTypeDetails"];
/** Names that only users have, and that are rarely used for trustees. */
const rareNames = [
  "Sid",
  "UserPrincipalName",
  "SamAccountName",
  "DistinguishedName",
  "LegacyExchangeDN",
] as const;

/** More recipients than these are read in fewer requests as a list, unless the tenant is very large. */
const maxNamed = 200;

/** The cmdlets of `Recipients`. */
export const recipientList: Cmdlets = {
  "Get-Recipient": ["Identity", "ResultSize"],
  "Get-User": ["ResultSize"],
};

/**
 * Every recipient of the tenant, by every name by which the service lists trustees. All recipients are needed, not only
 * accounts: a name that is unique among accounts can still be the name of a guest. Users who are no recipients can be
 * trustees too; their list is read when the first free or rare name is resolved.
 */
export class Recipients {
  readonly #byIdentifier = new Names();
  /** Free names, which count only where no identifier does. */
  readonly #byFreeName = new Names();
  /** The Name alone, which is unique in a tenant; a display name is not. */
  readonly #byName = new Names();
  /** Rare names, which are used only if the other names match nothing. */
  readonly #byRareName = new Names();
  readonly #distinguishedNames = new Map<string, string>();
  readonly #ofType = new Set<string>();
  readonly #isOfType: (type: string) => boolean;
  #users: Promise<void> | undefined;

  /** `types`: the recipient types for `isOneOf`. */
  constructor(types: readonly string[]) {
    this.#isOfType = (type) => types.includes(type);
  }

  /**
   * Reads the whole list. `isNeeded` is asked before each further page; resolves to false when it ended the list, which
   * then says nothing. Throws an `unexpected` fault when the list is empty or a row lacks a name.
   */
  async read(
    exchange: Exchange,
    isNeeded: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<boolean> {
    let isEmpty = true;
    for await (const { rows, isLast } of exchange.pages({
      cmdlet: "Get-Recipient",
      parameters: { ResultSize: "Unlimited" },
      select: properties,
    })) {
      for (const row of rows) this.#add(row);
      isEmpty &&= rows.length === 0;
      if (!isLast && !(await isNeeded())) return false;
    }
    // Then every trustee would be unknown, and the import would look complete.
    if (isEmpty)
      throw new Fault({
        kind: "unexpected",
        message:
          "Exchange Online returned no recipients; expected at least the mailboxes of the tenant.",
      });
    return true;
  }

  /**
   * Reads what is needed to resolve these texts: the recipients that they identify, each by itself; and everything
   * when one of them identifies no recipient, because it can be a free or a rare name, or no one's.
   */
  async readNamed(texts: readonly string[], exchange: Exchange): Promise<void> {
    const byKey = new Map(texts.map((text) => [keyOf(text), text]));
    // No one has a blank name.
    byKey.delete("");
    const unknown = (): [string, string][] =>
      [...byKey].filter(([key]) => this.#byIdentifier.of(key).length === 0);
    const asked = unknown();
    if (asked.length <= maxNamed && asked.every(([key]) => isIdentifier(key))) {
      const answers = exchange.each(asked, ([, text]) => ({
        cmdlet: "Get-Recipient",
        parameters: { Identity: text },
        select: properties,
      }));
      // A fault means as little as another recipient: what is not identified then is looked for in the lists.
      for await (const { rows } of collectPages(answers)) for (const row of rows) this.#add(row);
    }
    if (unknown().length > 0) await this.read(exchange);
  }

  #add(row: Row): void {
    const guid = guidIn(row, "recipient");
    assertReturned(row, properties, `recipient ${guid}`);
    for (const name of identifiers) this.#byIdentifier.add(row[name], guid);
    this.#addFreeNames(row, guid);
    if (this.#isOfType(textOf(row["RecipientTypeDetails"]))) this.#ofType.add(guid.toLowerCase());
  }

  isOneOf(guid: string): boolean {
    return this.#ofType.has(guid.toLowerCase());
  }

  /** Whom a text in a list of trustees means. */
  async resolve(text: string, exchange: Exchange): Promise<Resolved> {
    const identified = this.#byIdentifier.of(text);
    if (identified.length > 0) return resolved(identified);
    await this.#readUsers(exchange);
    const named = this.#byFreeName.of(text);
    // A deleted account, which no list shows, can have had the same display name. A Name is unique.
    if (named.length > 0)
      return this.#byName.of(text).length > 0 ? resolved(named) : { candidates: named };
    const rarelyNamed = this.#byRareName.of(text);
    // An account name may have its domain as a prefix (DOMAIN\name).
    return resolved(
      rarelyNamed.length > 0 ? rarelyNamed : this.#byRareName.of(text.replace(/^[^\\]*\\/, "")),
    );
  }

  /** The Guid of the recipient that a list of recipients names; undefined when it can be another one. */
  recipientNamed(text: string): string | undefined {
    const found = new Set([...this.#byIdentifier.of(text), ...this.#byFreeName.of(text)]);
    return found.size === 1 ? [...found][0] : undefined;
  }

  /** Throws an `unexpected` fault for an account that is no user. */
  async distinguishedNameOf(guid: string, exchange: Exchange): Promise<string> {
    await this.#readUsers(exchange);
    const name = this.#distinguishedNames.get(guid.toLowerCase()) ?? "";
    if (name !== "") return name;
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online did not return a user for account ${guid}.`,
    });
  }

  async #readUsers(exchange: Exchange): Promise<void> {
    await (this.#users ??= this.#readUsersOnce(exchange));
  }

  async #readUsersOnce(exchange: Exchange): Promise<void> {
    const select = ["Guid", ...freeNames, ...rareNames];
    let isEmpty = true;
    for await (const { rows } of exchange.pages({
      cmdlet: "Get-User",
      parameters: { ResultSize: "Unlimited" },
      select,
    })) {
      for (const row of rows) {
        const guid = guidIn(row, "user");
        assertReturned(row, select, `user ${guid}`);
        this.#addFreeNames(row, guid);
        for (const name of rareNames) this.#byRareName.add(row[name], guid);
        this.#distinguishedNames.set(guid.toLowerCase(), textOf(row["DistinguishedName"]));
        isEmpty = false;
      }
    }
    // Then a trustee with nothing but a rare name would be unknown, and the import would look complete.
    if (isEmpty)
      throw new Fault({
        kind: "unexpected",
        message:
          "Exchange Online returned no users; expected at least those of the mailboxes of the tenant.",
      });
  }

  #addFreeNames(row: Row, guid: string): void {
    this.#byName.add(row["Name"], guid);
    for (const name of freeNames) this.#byFreeName.add(row[name], guid);
  }
}

/** Names without regard to case, each with the Guids of its objects. */
class Names {
  readonly #guids = new Map<string, string[]>();

  add(name: unknown, guid: string): void {
    const key = keyOf(textOf(name));
    if (key === "") return;
    const known = this.#guids.get(key);
    if (!known) this.#guids.set(key, [guid]);
    else if (!known.some((one) => one.toLowerCase() === guid.toLowerCase())) known.push(guid);
  }

  of(name: string): readonly string[] {
    return this.#guids.get(keyOf(name)) ?? [];
  }
}

function resolved(guids: readonly string[]): Resolved {
  const [guid, ...others] = guids;
  if (guid === undefined) return "unknown";
  return others.length === 0 ? { guid } : { candidates: guids };
}

/** Whether a name has the form of an identifier. */
function isIdentifier(name: string): boolean {
  return isGuid(name) || name.includes("@");
}

function keyOf(name: string): string {
  return name.trim().toLowerCase();
}

function guidIn(row: Row, what: string): string {
  const guid = textOf(row["Guid"]);
  if (guid !== "") return guid;
  throw new Fault({
    kind: "unexpected",
    message: `Exchange Online returned a ${what} without a Guid, so it cannot be identified.`,
  });
}
