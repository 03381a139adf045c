import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import { doesNotExist, exactlyOne, findRows } from "./client/lookUp.ts";
import { equals } from "./client/opath.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/**
 * A user or group that an entry can name, with its unique address. Throws a `missing`, `ambiguous` or `invalid`
 * fault.
 */
export function calendarUser(
  identity: string,
): ExchangeQuery<{ address: string; displayName: string }> {
  const what = described(identity);
  const notOne = (): Fault => Fault.invalid(`${what} is not one user or group with an address.`);
  return async ({ exchange }) => {
    const row = await exactlyOne(
      exchange,
      {
        cmdlet: "Get-Recipient",
        parameters: { Identity: identity },
        select: ["PrimarySmtpAddress", "DisplayName"],
      },
      { what, none: (cause) => (cause ? doesNotExist(what, cause) : notOne()), several: notOne },
    );
    const address = textOf(row["PrimarySmtpAddress"]);
    if (address === "") throw notOne();
    return { address, displayName: textOf(row["DisplayName"]) };
  };
}

/** The fault for a user that no longer exists: there is no recipient, and no entry that could belong to the user. */
export function noSuchCalendarUser(identity: string, cause: Fault): Fault {
  return doesNotExist(described(identity), cause, { isProven: true });
}

function described(identity: string): string {
  return `The user "${identity}" of the calendar right`;
}

/** The cmdlets of `userNames`. */
export const userNamesLookup: Cmdlets = { "Get-User": ["Identity"] };

/**
 * The names of a user who is not a recipient, such as a leaver whose mailbox no longer exists; empty when there is no
 * such user either.
 */
export function userNames(identity: string): ExchangeQuery<string[]> {
  return async ({ exchange }) => {
    const rows = await findRows(exchange, {
      cmdlet: "Get-User",
      parameters: { Identity: identity },
      select: ["DisplayName", "Name", "UserPrincipalName"],
    });
    const texts = rows.flatMap((row) => [
      row["DisplayName"],
      row["Name"],
      row["UserPrincipalName"],
    ]);
    return texts.map(textOf).filter((name) => name !== "");
  };
}

/** The cmdlets of `displayNameOf`. */
export const displayNameLookup: Cmdlets = { "Get-Recipient": ["Identity", "Filter", "ResultSize"] };

/** The display name of a user or group; undefined when another recipient has the same one. */
export function displayNameOf(identity: string): ExchangeQuery<string | undefined> {
  return async ({ exchange }) => {
    const { displayName } = await calendarUser(identity)({ exchange }).catch((thrown: unknown) => {
      const fault = Fault.of(thrown);
      if (fault.kind !== "missing") throw fault;
      return { displayName: "" };
    });
    if (displayName === "") return undefined;
    const { rows } = await exchange.invoke({
      cmdlet: "Get-Recipient",
      parameters: { Filter: equals("DisplayName", displayName), ResultSize: 2 },
      select: ["Guid"],
    });
    return rows.length === 1 ? displayName : undefined;
  };
}
