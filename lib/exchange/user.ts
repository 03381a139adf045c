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

/** What `usersWhere` sends. */
export const userSearch: Cmdlets = { "Get-User": ["Filter", "ResultSize"] };

/**
 * Users by one property: those that can have a mailbox some day. An empty list when Exchange cannot look users up by
 * that property.
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
 * Whether this kind of user is one who may get a mailbox in this tenant, when a licence is assigned or a migration
 * ends.
 */
export function mayGetMailbox({ RecipientTypeDetails }: User): boolean {
  return RecipientTypeDetails === "User" || RecipientTypeDetails === "MailUser";
}
