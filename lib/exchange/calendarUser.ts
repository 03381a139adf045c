import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import { doesNotExist, exactlyOne } from "./client/lookUp.ts";
import { equals } from "./client/opath.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/**
 * A user or group that an entry can name, with its unique address. Throws a `missing`, `ambiguous` or `invalid`
 * fault.
 */
export function calendarUser(
  identity: string,
): ExchangeQuery<{ address: string; displayName: string }> {
  const what = `The user "${identity}" of the calendar right`;
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
