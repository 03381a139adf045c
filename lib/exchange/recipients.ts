import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { assertReturned } from "./client/lookUp.ts";
import type { Cmdlets } from "./target.ts";

/** The Guid of a trustee, or why it is unknown. */
export type Resolved = { guid: string } | "ambiguous" | "unknown";

const ambiguous = "";
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

/** The cmdlets of `Recipients`. */
export const recipientList: Cmdlets = {
  "Get-Recipient": ["ResultSize"],
  "Get-User": ["ResultSize"],
};

/**
 * Every recipient of the tenant, by every name by which the service lists trustees. All recipients are needed, not only
 * accounts: a name that is unique among accounts can still be the name of a guest.
 */
export class Recipients {
  /** Identifiers in lower case, to a Guid; or to `ambiguous`. */
  readonly #byIdentifier = new Map<string, string>();
  /** The same for free names, which count only where no identifier does. */
  readonly #byName = new Map<string, string>();
  /** The same for rare names, which are used only if the other names match nothing. */
  readonly #byRareName = new Map<string, string>();
  readonly #ofType = new Set<string>();
  readonly #isOfType: (type: string) => boolean;
  #rare: Promise<void> | undefined;

  /** `types`: the recipient types for `isOneOf`. */
  constructor(types: readonly string[]) {
    this.#isOfType = (type) => types.includes(type);
  }

  async read(exchange: Exchange): Promise<void> {
    for await (const { rows } of exchange.pages({
      cmdlet: "Get-Recipient",
      parameters: { ResultSize: "Unlimited" },
      select: properties,
    })) {
      for (const row of rows) {
        const guid = textOf(row["Guid"]);
        if (guid === "")
          throw new Fault({
            kind: "unexpected",
            message:
              "Exchange Online returned a recipient without a Guid, so it cannot be identified.",
          });
        assertReturned(row, properties, `recipient ${guid}`);
        for (const name of identifiers) enter(this.#byIdentifier, textOf(row[name]), guid);
        for (const name of freeNames) enter(this.#byName, textOf(row[name]), guid);
        if (this.#isOfType(textOf(row["RecipientTypeDetails"])))
          this.#ofType.add(guid.toLowerCase());
      }
    }
  }

  isOneOf(guid: string): boolean {
    return this.#ofType.has(guid.toLowerCase());
  }

  /**
   * Looks up rare names, such as security identifiers, in a list of all users, which is read when it is first needed.
   */
  async resolve(text: string, exchange: Exchange): Promise<Resolved> {
    const found = this.find(text);
    if (found !== "unknown") return found;
    await (this.#rare ??= this.#readRare(exchange));
    return this.find(text);
  }

  /** Uses only names that were read already. */
  find(text: string): Resolved {
    const key = text.trim().toLowerCase();
    // An account name may have its domain as a prefix (DOMAIN\name).
    const guid =
      this.#byIdentifier.get(key) ??
      this.#byName.get(key) ??
      this.#byRareName.get(key) ??
      this.#byRareName.get(key.replace(/^[^\\]*\\/, ""));
    if (guid === undefined) return "unknown";
    return guid === ambiguous ? "ambiguous" : { guid };
  }

  /** As `find`, but a name that is also another recipient's identifier is ambiguous. */
  findOnly(text: string): Resolved {
    const found = this.find(text);
    const named = this.#byName.get(text.trim().toLowerCase());
    if (typeof found === "string" || named === undefined) return found;
    return named.toLowerCase() === found.guid.toLowerCase() ? found : "ambiguous";
  }

  async #readRare(exchange: Exchange): Promise<void> {
    for await (const { rows } of exchange.pages({
      cmdlet: "Get-User",
      parameters: { ResultSize: "Unlimited" },
      select: ["Guid", ...rareNames],
    })) {
      for (const row of rows) {
        assertReturned(row, ["Guid", ...rareNames], "a user");
        for (const name of rareNames)
          enter(this.#byRareName, textOf(row[name]), textOf(row["Guid"]));
      }
    }
  }
}

function enter(byName: Map<string, string>, name: string, guid: string): void {
  const key = name.trim().toLowerCase();
  if (key === "") return;
  const known = byName.get(key);
  if (known === undefined) byName.set(key, guid);
  else if (known.toLowerCase() !== guid.toLowerCase()) byName.set(key, ambiguous);
}
