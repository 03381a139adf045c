import type { Account } from "./account.ts";
import { textOf } from "./client/encoding.ts";
import { equals } from "./client/opath.ts";
import { isSid, type Entry } from "./accessList.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/** The entries of a list that can leave an account its access after its own entry was removed. */
export interface Remaining {
  /** An inherited entry names the account. */
  isInherited: boolean;
  /** Trustees of the other entries that can be groups. */
  possibleGroups: readonly string[];
}

/** Users are listed by their user principal names, so an entry with an at sign is no group. */
export function possibleGroups(entries: readonly Entry[]): string[] {
  return entries
    .filter(({ isDenied, isInherited }) => !isDenied && !isInherited)
    .map(({ trustee }) => trustee)
    .filter((trustee) => !trustee.includes("@") && !isSid(trustee));
}

/** What `groupsAmong` sends. */
export const groupsAmongLookup: Cmdlets = { "Get-DistributionGroup": ["Filter"] };

/** The names of those trustees that are groups with this account as a direct member. */
export function groupsAmong(
  account: Account,
  trustees: readonly string[],
): ExchangeQuery<readonly string[]> {
  const listed = new Set(trustees.map((trustee) => trustee.toLowerCase()));
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke({
      cmdlet: "Get-DistributionGroup",
      parameters: { Filter: equals("Members", account.DistinguishedName) },
      select: names,
    });
    return rows
      .filter((row) => names.some((name) => listed.has(textOf(row[name]).toLowerCase())))
      .map((row) => textOf(row["DisplayName"]));
  };
}

const names = ["Guid", "DisplayName", "Name", "Alias"];
