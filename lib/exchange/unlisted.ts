import { recipientTypes } from "../generated/mailbox.ts";
import { equals, matchesExactly } from "./client/opath.ts";
import { groupOf, groupProperties, isSynced, whyUnchangeable } from "./group.ts";
import { maxNamed, nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";
import { Fault } from "../fault.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";

/** What `unlistedGroups` and `unlistedMailboxes` send. */
export const unlistedLookup: Cmdlets = {
  "Get-Recipient": ["Filter", "RecipientTypeDetails", "ResultSize"],
};

const allGroupTypes = recipientTypes.filter((type) =>
  /Group$|^RoomList$|^GroupMailbox$/.test(type),
);
const sharedTypes = recipientTypes.filter((type) => /(Shared|Room|Equipment)Mailbox$/.test(type));

/**
 * The groups whose `property` is `value` and that cannot be used, each as a sentence with the reason: Active Directory
 * masters them, or they are of another kind. Throws `notReady` for a group that could be used, and that the list of
 * groups did not contain.
 */
export function unlistedGroups(property: string, value: string): ExchangeQuery<string[]> {
  return async ({ exchange }) => {
    const rows = await recipientsWhere(exchange, property, value, allGroupTypes);
    return rows.map(groupOf).map((group) => {
      const reason = whyUnchangeable(group.RecipientTypeDetails, isSynced(group));
      if (reason === undefined) throw notListed(`Group ${nameOf(group)}`);
      return `${nameOf(group)} has this value, but ${reason}.`;
    });
  };
}

/** The same for shared, room and equipment mailboxes that are not of the types that are wanted. */
export function unlistedMailboxes(
  types: readonly string[],
  property: string,
  value: string,
): ExchangeQuery<string[]> {
  return async ({ exchange }) => {
    const rows = await recipientsWhere(exchange, property, value, sharedTypes);
    return rows.map(groupOf).map((mailbox) => {
      if (types.includes(mailbox.RecipientTypeDetails))
        throw notListed(`Mailbox ${nameOf(mailbox)}`);
      return (
        `${nameOf(mailbox)} has this value, but is a ${mailbox.RecipientTypeDetails}; expected ` +
        `${types.join(", ")}.`
      );
    });
  };
}

async function recipientsWhere(
  exchange: Exchange,
  property: string,
  value: string,
  types: readonly string[],
): Promise<Row[]> {
  const { rows } = await exchange.invoke({
    cmdlet: "Get-Recipient",
    parameters: {
      Filter: equals(property, value),
      RecipientTypeDetails: types,
      ResultSize: maxNamed,
    },
    select: [...new Set([...groupProperties, property])],
  });
  return rows.filter((row) =>
    matchesExactly(row, property, value, `recipient "${textOf(row["DisplayName"])}"`),
  );
}

function notListed(what: string): Fault {
  return new Fault({
    kind: "notReady",
    message: `${what} has this value, but Exchange Online does not list it yet.`,
  });
}
