import { filterableUserProperties } from "../generated/mailbox.ts";
import { textOf } from "./client/encoding.ts";
import { matchesExactly, equals } from "./client/opath.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/** A user of the tenant, with or without a mailbox. */
export interface User {
  DisplayName: string;
  UserPrincipalName: string;
  RecipientTypeDetails: string;
}

/** The cmdlets of `usersWhere`. */
export const userSearch: Cmdlets = { "Get-User": ["Filter", "ResultSize"] };

/**
 * Users by one property, with or without a mailbox. An empty list when Exchange cannot filter users by that property.
 */
export function usersWhere(property: string, value: string): ExchangeQuery<User[]> {
  const name = filterableUserProperties.find(
    (known) => known.toLowerCase() === property.toLowerCase(),
  );
  return async ({ exchange }) => {
    if (name === undefined) return [];
    const { rows } = await exchange.invoke({
      cmdlet: "Get-User",
      parameters: { Filter: equals(name, value), ResultSize: 10 },
      select: ["DisplayName", "UserPrincipalName", "RecipientTypeDetails", name],
    });
    return rows
      .filter((row) =>
        matchesExactly(row, name, value, `user "${textOf(row["UserPrincipalName"])}"`),
      )
      .map((row) => ({
        DisplayName: textOf(row["DisplayName"]),
        UserPrincipalName: textOf(row["UserPrincipalName"]),
        RecipientTypeDetails: textOf(row["RecipientTypeDetails"]),
      }));
  };
}

/**
 * Whether a user of this type may get a mailbox in this tenant, when a licence is assigned or a migration completes.
 */
export function mayGetMailbox({ RecipientTypeDetails }: User): boolean {
  return RecipientTypeDetails === "User" || RecipientTypeDetails === "MailUser";
}
