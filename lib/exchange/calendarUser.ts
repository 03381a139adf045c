import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import { assertReturned, doesNotExist, exactlyOne, findRows } from "./client/lookUp.ts";
import { equals } from "./client/opath.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/** A user or group that an entry can name. */
export interface CalendarUser {
  /** Unique in the tenant. */
  address: string;
  displayName: string;
  /** RecipientTypeDetails. */
  type: string;
}

/** The user or group with this identity. Throws a `missing`, `ambiguous` or `invalid` fault. */
export function calendarUser(identity: string): ExchangeQuery<CalendarUser> {
  const what = described(identity);
  const notOne = (): Fault => Fault.invalid(`${what} is not one user or group with an address.`);
  return async ({ exchange }) => {
    const row = await exactlyOne(
      exchange,
      {
        cmdlet: "Get-Recipient",
        parameters: { Identity: identity },
        select: userProperties,
      },
      { what, none: (cause) => (cause ? doesNotExist(what, cause) : notOne()), several: notOne },
    );
    const address = textOf(row["PrimarySmtpAddress"]);
    if (address === "") throw notOne();
    assertReturned(row, userProperties, what);
    return {
      address,
      displayName: textOf(row["DisplayName"]),
      type: textOf(row["RecipientTypeDetails"]),
    };
  };
}

const userProperties = ["PrimarySmtpAddress", "DisplayName", "RecipientTypeDetails"];

/** Observed (michev.info 6549): a shared mailbox can be given no right on a folder any more. */
const neverUsers = ["SharedMailbox", "GroupMailbox"];
/** Observed for shared mailboxes (office-docs-powershell issue 11296); for rooms and equipment it is assumed. */
const neverDelegates = [...neverUsers, "RoomMailbox", "EquipmentMailbox"];

/** Throws an `invalid` fault for a user that Exchange gives no such right. */
export function assertCanHold(
  identity: string,
  { type }: Pick<CalendarUser, "type">,
  flags: readonly string[],
): void {
  const isDelegate = flags.includes("Delegate");
  if (!(isDelegate ? neverDelegates : neverUsers).includes(type)) return;
  const what = isDelegate ? "a delegate" : "given a right on a folder";
  throw Fault.invalid(
    `${described(identity)} is a ${type}, which cannot be ${what}; ` +
      "expected a person or a mail-enabled security group.",
  );
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
