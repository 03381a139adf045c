import { Fault } from "../fault.ts";
import {
  assertNotEmpty,
  grantedTo,
  permissionEntry,
  readingPermissions,
  readingSendAs,
} from "./accessList.ts";
import { collectPages } from "./client/batch.ts";
import type { Command } from "./client/command.ts";
import type { Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import type { Mailbox } from "./mailbox.ts";
import { sendAsTrustee } from "./sendAsList.ts";

/** The trustees of a right on a mailbox, or why they could not be read. */
export interface Listed {
  mailbox: Mailbox;
  trustees: readonly string[];
  fault?: Fault;
}

type Mailboxes = AsyncIterable<Mailbox> | Iterable<Mailbox>;

/** How the list of a right on one mailbox is read. */
interface Way {
  commandFor(mailbox: Mailbox): Command;
  trusteeOf(row: Row): string | undefined;
}

export const fullAccessLists: Way = {
  commandFor: readingPermissions,
  trusteeOf: (row) => {
    const entry = permissionEntry(row);
    return entry.hasFullAccess ? grantedTo(entry) : undefined;
  },
};

export const sendAsLists: Way = { commandFor: readingSendAs, trusteeOf: sendAsTrustee };

/** Reads the list of each mailbox. Yields in any order. */
export async function* trusteesOn(
  mailboxes: Mailboxes,
  { commandFor, trusteeOf }: Way,
  exchange: Exchange,
): AsyncGenerator<Listed, void, undefined> {
  const read = collectPages(exchange.each(mailboxes, commandFor));
  for await (const { item, rows, fault } of read)
    yield fault ? { mailbox: item, trustees: [], fault } : trusteesIn(item, rows, trusteeOf);
}

/** The same when no one asks for the right. */
export async function* withoutTrustees(
  mailboxes: Mailboxes,
): AsyncGenerator<Listed, void, undefined> {
  for await (const mailbox of mailboxes) yield { mailbox, trustees: [] };
}

function trusteesIn(mailbox: Mailbox, rows: readonly Row[], trusteeOf: Way["trusteeOf"]): Listed {
  try {
    assertNotEmpty(rows, mailbox);
    return { mailbox, trustees: rows.flatMap((row) => trusteeOf(row) ?? []) };
  } catch (thrown) {
    return { mailbox, trustees: [], fault: Fault.of(thrown) };
  }
}
