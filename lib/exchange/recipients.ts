import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import type { Cmdlets } from "./target.ts";

/** The Guid of a trustee, or why it is unknown. */
export type Resolved = { guid: string } | "ambiguous" | "unknown";

const ambiguous = "";
/** `WindowsLiveID` is the user principal name, if there is one. */
const names = [
  "Guid",
  "ExternalDirectoryObjectId",
  "WindowsLiveID",
  "PrimarySmtpAddress",
  "Name",
  "DisplayName",
] as const;
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
  /** The Guid for each name in lower case, or `ambiguous`. */
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
      select: [...names, "RecipientTypeDetails"],
    })) {
      for (const row of rows) {
        const guid = textOf(row["Guid"]);
        if (guid === "")
          throw new Fault({
            kind: "unexpected",
            message:
              "Exchange Online returned a recipient without a Guid, so it cannot be identified.",
          });
        for (const name of names) enter(this.#byName, textOf(row[name]), guid);
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
      this.#byName.get(key) ??
      this.#byRareName.get(key) ??
      this.#byRareName.get(key.replace(/^[^\\]*\\/, ""));
    if (guid === undefined) return "unknown";
    return guid === ambiguous ? "ambiguous" : { guid };
  }

  async #readRare(exchange: Exchange): Promise<void> {
    for await (const { rows } of exchange.pages({
      cmdlet: "Get-User",
      parameters: { ResultSize: "Unlimited" },
      select: ["Guid", ...rareNames],
    })) {
      for (const row of rows) {
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
