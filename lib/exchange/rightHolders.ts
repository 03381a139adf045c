import { Fault } from "../fault.ts";
import { collectPages } from "./client/batch.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { mailboxesOf, type Mailbox } from "./mailbox.ts";
import { recipientList, Recipients } from "./recipients.ts";
import {
  permissionEntry,
  readingPermissions,
  readingSendAs,
  rightLists,
  sendAsEntry,
  sendAsProperties,
  type Entry,
} from "./accessList.ts";
import { type RightName } from "./mailboxRight.ts";
import type { Cmdlets, ExchangeStream } from "./target.ts";

/**
 * The accounts that were given a right on a mailbox themselves, as Guids. Inherited, own and Deny entries are left
 * out.
 */
export interface MailboxHolders {
  mailbox: Mailbox;
  holders: Readonly<Record<RightName, ReadonlySet<string>>>;
}

/** A trustee that is no account, and what is known of it. */
export type UnresolvedTrustee = "no account" | "ambiguous" | "unknown";

export interface HoldersSettings {
  /** Which mailboxes. */
  types: readonly string[];
  /** Of those, only the ones whose `property` is `value`. */
  where?: { property: string; value: string };
  /** The recipient types that count as accounts. */
  accountTypes: readonly string[];
  wanted: readonly RightName[];
  /** Told of every trustee in a list that is no account. */
  onStranger(mailbox: Mailbox, trustee: string, why: UnresolvedTrustee): void;
}

/** What `holdersOf` sends in addition to the list of the mailboxes. */
export const rightHolderList: Cmdlets = { ...recipientList, ...rightLists };

/**
 * Who holds which right on every mailbox, in whatever order it arrives; or why it could not be read of one. Full
 * Access must be asked for mailbox by mailbox. Send As is read for the whole tenant at once, and Send on Behalf comes
 * with the mailboxes themselves.
 */
export function holdersOf({
  types,
  where,
  accountTypes,
  wanted,
  onStranger,
}: HoldersSettings): ExchangeStream<MailboxHolders | { mailbox: Mailbox; fault: Fault }> {
  const mailboxes = mailboxesOf(types, ["GrantSendOnBehalfTo"], where);
  return async function* ({ exchange }) {
    const recipients = new Recipients(accountTypes);
    // While the long lists come page by page, the mailboxes are asked for already.
    const lists = Promise.all([
      recipients.read(exchange),
      wanted.includes("SendAs") ? sendAsOfTenant(exchange) : undefined,
    ]).then(([, byName]) => byName && joined(byName, recipients));
    const accountsIn = async (
      mailbox: Mailbox,
      trustees: readonly string[],
    ): Promise<Set<string>> => {
      const accounts = new Set<string>();
      for (const trustee of trustees) {
        const resolved = await recipients.resolve(trustee, exchange);
        if (typeof resolved === "string") onStranger(mailbox, trustee, resolved);
        else if (recipients.isOneOf(resolved.guid)) accounts.add(resolved.guid);
        else onStranger(mailbox, trustee, "no account");
      }
      return accounts;
    };
    const told = async (
      mailbox: Mailbox,
      fullAccess: readonly string[],
      sendAs: readonly string[],
    ): Promise<MailboxHolders> => {
      const delegates = wanted.includes("SendOnBehalf")
        ? [mailbox["GrantSendOnBehalfTo"] ?? []].flat().map(textOf)
        : [];
      return {
        mailbox,
        holders: {
          FullAccess: await accountsIn(mailbox, fullAccess),
          SendAs: await accountsIn(mailbox, sendAs),
          SendOnBehalf: await accountsIn(mailbox, delegates),
        },
      };
    };

    const progress = { areListed: false };
    // A fault of theirs is met where they are awaited.
    void lists.then(() => (progress.areListed = true)).catch(() => undefined);
    // What arrives before the long lists are there waits for them.
    const waiting: Listed<Mailbox>[] = [];
    // What the long list does not have is asked for at the end, ten at a time.
    const unlisted = new Map<Mailbox, readonly string[]>();
    async function* settled(): AsyncGenerator<
      MailboxHolders | { mailbox: Mailbox; fault: Fault },
      void,
      undefined
    > {
      const sendAs = await lists;
      for (const { item: mailbox, trustees, fault } of waiting.splice(0)) {
        const listed = sendAs ? sendAs.get(mailbox.Guid.toLowerCase()) : [];
        if (fault) yield { mailbox, fault };
        else if (listed) yield await told(mailbox, trustees, listed);
        else unlisted.set(mailbox, trustees);
      }
    }
    const gathered = wanted.includes("FullAccess")
      ? trusteesOn(
          mailboxes({ exchange }),
          { commandFor: readingPermissions, trusteeOf: fullAccessTrustee },
          exchange,
        )
      : withNothing(mailboxes({ exchange }));
    for await (const one of gathered) {
      waiting.push(one);
      if (progress.areListed) yield* settled();
    }
    yield* settled();
    for await (const { item: mailbox, trustees, fault } of trusteesOn(
      unlisted.keys(),
      { commandFor: readingSendAs, trusteeOf: sendAsTrustee },
      exchange,
    )) {
      yield fault ? { mailbox, fault } : await told(mailbox, unlisted.get(mailbox) ?? [], trustees);
    }
  };
}

/** Who was granted the right on an item, or why that could not be read. */
interface Listed<T> {
  item: T;
  trustees: readonly string[];
  fault?: Fault;
}

async function* withNothing<T>(
  items: AsyncIterable<T>,
): AsyncGenerator<Listed<T>, void, undefined> {
  for await (const item of items) yield { item, trustees: [] };
}

function fullAccessTrustee(row: Row): string | undefined {
  const entry = permissionEntry(row);
  return entry.hasFullAccess ? grantedTo(entry) : undefined;
}

const sendAsTrustee = (row: Row): string | undefined => grantedTo(sendAsEntry(row));

/** Undefined for an entry that grants nothing to anyone: inherited, the mailbox's own, or Deny. */
function grantedTo({ trustee, isInherited, isDenied }: Entry): string | undefined {
  return isInherited || isDenied ? undefined : trustee;
}

async function* trusteesOn(
  mailboxes: AsyncIterable<Mailbox> | Iterable<Mailbox>,
  {
    commandFor,
    trusteeOf,
  }: { commandFor(mailbox: Mailbox): Command; trusteeOf(row: Row): string | undefined },
  exchange: Exchange,
): AsyncGenerator<Listed<Mailbox>, void, undefined> {
  for await (const { item, rows, fault } of collectPages(exchange.each(mailboxes, commandFor)))
    yield { item, trustees: rows.flatMap((row) => trusteeOf(row) ?? []), ...(fault && { fault }) };
}

/** Everyone in the tenant with Send As, by the name that the list calls the recipient. */
async function sendAsOfTenant(exchange: Exchange): Promise<Map<string, string[]>> {
  const byName = new Map<string, string[]>();
  for await (const { rows } of exchange.pages({
    cmdlet: "Get-RecipientPermission",
    parameters: { ResultSize: "Unlimited" },
    select: sendAsProperties,
  })) {
    for (const row of rows) {
      const name = textOf(row["Identity"]);
      const trustee = sendAsTrustee(row);
      // A recipient's own entry grants nothing, but shows that the list knows the recipient.
      const trustees = byName.get(name) ?? byName.set(name, []).get(name);
      if (trustee !== undefined) trustees?.push(trustee);
    }
  }
  return byName;
}

/**
 * The same by Guid. A recipient that is not in the list under a name that is its own alone is not in the result, and
 * is asked for by itself. That also holds when the list calls recipients by a form that nobody foresaw, since
 * everyone has an entry there.
 */
function joined(
  byName: ReadonlyMap<string, readonly string[]>,
  recipients: Recipients,
): ReadonlyMap<string, readonly string[]> {
  const byGuid = new Map<string, readonly string[]>();
  for (const [name, entries] of byName) {
    const resolved = recipients.find(name);
    if (typeof resolved !== "string") {
      const guid = resolved.guid.toLowerCase();
      byGuid.set(guid, [...(byGuid.get(guid) ?? []), ...entries]);
    }
  }
  return byGuid;
}
