import { Fault } from "../fault.ts";
import { recipientTypes } from "../generated/mailbox.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { findRows, hasGuid } from "./client/lookUp.ts";
import { equals } from "./client/opath.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/** What `otherwiseFound` sends. */
export const secondLook: Cmdlets = {
  "Get-Recipient": ["Identity", "RecipientTypeDetails", "IncludeSoftDeletedRecipients"],
  "Get-User": ["Identity", "Filter"],
};

/**
 * The second look at an object that one cmdlet did not find: as a recipient of any type, as a soft-deleted one, and as
 * a user. Each cmdlet shows only some kinds of objects, and each controller can lag, so only all of them together prove
 * an absence. A user who is no recipient shows in Get-User alone, which is therefore asked in two ways, and a
 * soft-deleted recipient in one look alone, which is therefore asked twice. Returns undefined when they agree that
 * there is no such object.
 */
export async function otherwiseFound(
  exchange: Exchange,
  id: string,
  select: readonly string[],
): Promise<{ row: Row; isSoftDeleted: boolean } | undefined> {
  const parameters = { Identity: id, RecipientTypeDetails: recipientTypes };
  const asRecipient = { cmdlet: "Get-Recipient", parameters, select };
  const asDeleted = {
    ...asRecipient,
    parameters: { ...parameters, IncludeSoftDeletedRecipients: true },
  };
  const asUser = { cmdlet: "Get-User", parameters: { Identity: id }, select };
  for (const command of [asRecipient, asUser, asDeleted]) {
    const row = await foundByGuid(exchange, id, command);
    if (row) return { row, isSoftDeleted: command === asDeleted };
  }
  const filtered = { ...asUser, parameters: { Filter: equals("Guid", id) } };
  const rows = await findRows(exchange, filtered);
  const user = rows.find(hasGuid(id));
  if (user) return { row: user, isSoftDeleted: false };
  const row = await foundByGuid(exchange, id, asDeleted);
  return row && { row, isSoftDeleted: true };
}

/**
 * The fault of a read, once a look at the object itself has settled a "not found", which proves nothing alone: the
 * fault of the look, or the same fault when the object is there.
 */
export function settledFault(fault: Fault, look: ExchangeQuery<unknown>): ExchangeQuery<Fault> {
  return async (targets) => {
    if (fault.kind !== "missing" || fault.isProven) return fault;
    try {
      await look(targets);
      return fault;
    } catch (thrown) {
      return Fault.of(thrown);
    }
  };
}

/**
 * The object with this Guid; undefined when the service reports that there is none. Throws `unexpected` when the
 * service neither returns nor denies it: a controller that lags can also answer `200` with an empty list.
 */
export async function foundByGuid(
  exchange: Exchange,
  id: string,
  command: Command,
): Promise<Row | undefined> {
  try {
    const { rows } = await exchange.invoke(command);
    const row = rows.find(hasGuid(id));
    if (row) return row;
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind !== "missing") throw fault;
    return undefined;
  }
  throw new Fault({
    kind: "unexpected",
    message:
      `Exchange Online answered ${command.cmdlet} for ${id} without this object and without an error, ` +
      "so it is unknown whether the object exists.",
  });
}

/** The items of a list, or those of the second look when the list is empty. */
export async function* withSecondLook<T>(
  listed: AsyncIterable<T>,
  secondLook: () => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  let isEmpty = true;
  for await (const item of listed) {
    isEmpty = false;
    yield item;
  }
  if (isEmpty) yield* secondLook();
}

/** What `assertNoneListed` sends. */
export const listLook: Cmdlets = { "Get-Recipient": ["RecipientTypeDetails", "ResultSize"] };

/**
 * The second look at a list of everything, which yields nothing: throws an `unexpected` fault when Get-Recipient shows
 * an object of these types. `isMeant` excludes objects that the list does not contain.
 */
export async function* assertNoneListed(
  exchange: Exchange,
  cmdlet: string,
  types: readonly string[],
  isMeant: (row: Row) => boolean = () => true,
): AsyncGenerator<never, void, undefined> {
  for await (const { rows } of exchange.pages({
    cmdlet: "Get-Recipient",
    parameters: { RecipientTypeDetails: [...types], ResultSize: "Unlimited" },
    select: ["Guid", "IsDirSynced"],
  })) {
    const found = rows.find(isMeant);
    if (found)
      throw new Fault({
        kind: "unexpected",
        message:
          `Exchange Online answered ${cmdlet} with an empty list, but Get-Recipient shows ` +
          `${textOf(found["Guid"])} of the requested types.`,
      });
  }
}
