import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import type { Cmdlets } from "./target.ts";

/** Who a text in a list of trustees stands for: a Guid, or why it cannot be told. */
export type Resolved = { guid: string } | "ambiguous" | "unknown";

const ambiguous = "";
/** `WindowsLiveID` is the user principal name of whoever has one. */
const names = [
  "Guid",
  "ExternalDirectoryObjectId",
  "WindowsLiveID",
  "PrimarySmtpAddress",
  "Name",
  "DisplayName",
] as const;
/** Forms that only users have, and that are seldom seen. */
const rareNames = [
  "Sid",
  "UserPrincipalName",
  "SamAccountName",
  "DistinguishedName",
  "LegacyExchangeDN",
] as const;

/** What `Recipients` sends. */
export const recipientList: Cmdlets = {
  "Get-Recipient": ["ResultSize"],
  "Get-User": ["ResultSize"],
};

/**
 * Every recipient of the tenant by every name the service lists trustees by. All of them, and not only those that
 * matter: a name that only one of the accounts bears can still be a guest's as well.
 */
export class Recipients {
  /** Names in lower case, to a Guid; or to `ambiguous`. */
  readonly #byName = new Map<string, string>();
  /** The same for the rare ones, which count only where the others say nothing. */
  readonly #byRareName = new Map<string, string>();
  readonly #ofType = new Set<string>();
  readonly #isOfType: (type: string) => boolean;
  #rare: Promise<void> | undefined;

  /** `types`: the recipient types that `isOneOf` asks about. */
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
              "Exchange Online returned a recipient without a Guid, so it cannot be told which one it is.",
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
   * Security identifiers and other rare forms are looked up in a list of all users, which is read when the first one
   * is met.
   */
  async resolve(text: string, exchange: Exchange): Promise<Resolved> {
    const found = this.find(text);
    if (found !== "unknown") return found;
    await (this.#rare ??= this.#readRare(exchange));
    return this.find(text);
  }

  /** By the usual names only. */
  find(text: string): Resolved {
    const key = text.trim().toLowerCase();
    // An account name may come with its domain before it (DOMAIN\name).
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
