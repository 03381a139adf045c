import { readAhead } from "../concurrency.ts";
import { Fault } from "../fault.ts";
import { assertNoneListed, listLook, withSecondLook } from "./absence.ts";
import { equals, matchesExactly } from "./client/opath.ts";
import { booleanProperty, filterable, mailboxOf, selected, type Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeStream } from "./target.ts";

/** The types of mailboxes on which people have rights. */
export const mailboxTypes = ["UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"];

/** What selects mailboxes of a list: a property and its text, or a property that is true. */
export interface MailboxCondition {
  property: string;
  value: string | true;
}

/** What `mailboxesOf` sends for all mailboxes of some types. */
export const mailboxList: Cmdlets = mergedCmdlets(
  { "Get-Mailbox": ["RecipientTypeDetails", "ResultSize"] },
  listLook,
);
/** What it sends for those with a certain value. */
export const filteredMailboxList: Cmdlets = mergedCmdlets(mailboxList, {
  "Get-Mailbox": ["Filter"],
});

/**
 * Every mailbox of these types, as its page arrives, or those of the condition; `alsoRead` names other properties to
 * read. An empty list is looked at a second time: those of a condition are looked for among all, and that there are
 * none at all has to be confirmed by Get-Recipient. Throws an `invalid` fault when there are no types: the service
 * would return all of them.
 */
export function mailboxesOf(
  types: readonly string[],
  alsoRead: readonly string[],
  where?: MailboxCondition,
): ExchangeStream<Mailbox> {
  const listed = listedMailboxes(types, alsoRead, where);
  return ({ exchange }) =>
    withSecondLook(listed({ exchange }), async function* () {
      if (!where) return yield* assertNoneListed(exchange, "Get-Mailbox", types);
      for await (const mailbox of mailboxesOf(types, [...alsoRead, where.property])({ exchange }))
        if (meets(mailbox, where)) yield mailbox;
    });
}

/** The same without a second look. */
export function listedMailboxes(
  types: readonly string[],
  alsoRead: readonly string[],
  where?: MailboxCondition,
): ExchangeStream<Mailbox> {
  if (types.length === 0)
    throw Fault.invalid("No mailbox types were named, so there is nothing to list.");
  const filter = where && { Filter: filterFor(where) };
  return async function* ({ exchange }) {
    const pages = exchange.pages({
      cmdlet: "Get-Mailbox",
      parameters: { ...filter, RecipientTypeDetails: [...types], ResultSize: "Unlimited" },
      select: selected([...alsoRead, ...(where ? [where.property] : [])]),
    });
    for await (const { rows } of readAhead(pages)) {
      for (const mailbox of rows.map(mailboxOf)) {
        assertOfType(mailbox, types);
        if (!where || meets(mailbox, where)) yield mailbox;
      }
    }
  };
}

function filterFor({ property, value }: MailboxCondition): string {
  // Documented form for an unquoted `$true` that is sent over the wire.
  return value === true ? `${property} -eq 'True'` : equals(filterable(property), value);
}

function meets(mailbox: Mailbox, { property, value }: MailboxCondition): boolean {
  return value === true
    ? booleanProperty(mailbox, property)
    : matchesExactly(mailbox, property, value, `mailbox ${nameOf(mailbox)}`);
}

function assertOfType(mailbox: Mailbox, types: readonly string[]): void {
  if (types.includes(mailbox.RecipientTypeDetails)) return;
  throw new Fault({
    kind: "unexpected",
    message:
      `Exchange Online listed mailbox ${nameOf(mailbox)}, a ${mailbox.RecipientTypeDetails}; ` +
      `it was asked for ${types.join(", ")}.`,
  });
}
