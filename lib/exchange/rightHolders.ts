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
  type RightName,
} from "./mailboxRight.ts";
import type { Cmdlets, ExchangeStream } from "./target.ts";

/** The accounts that were given a right on a mailbox themselves, as Guids. Inherited, own and Deny entries are left out. */
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
 * Who holds which right on every mailbox, in whatever order it arrives; or why it could not be read of one. Full Access must be asked for
 * mailbox by mailbox. Send As is read for the whole tenant at once, and Send on Behalf comes with the mailboxes themselves.
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
      entries: readonly Entry[],
    ): Promise<Set<string>> => {
      const accounts = new Set<string>();
      for (const { trustee } of entries.filter(
        ({ isInherited, isDenied }) => !isInherited && !isDenied,
      )) {
        const resolved = await recipients.resolve(trustee, exchange);
        if (typeof resolved === "string") onStranger(mailbox, trustee, resolved);
        else if (recipients.isOneOf(resolved.guid)) accounts.add(resolved.guid);
        else onStranger(mailbox, trustee, "no account");
      }
      return accounts;
    };
    const told = async (
      mailbox: Mailbox,
      fullAccess: readonly Entry[],
      sendAs: readonly Entry[],
    ): Promise<MailboxHolders> => {
      const delegates = wanted.includes("SendOnBehalf")
        ? [mailbox["GrantSendOnBehalfTo"] ?? []]
            .flat()
            .map((name) => ({ trustee: textOf(name), isDenied: false, isInherited: false }))
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
    const unlisted = new Map<Mailbox, readonly Entry[]>();
    async function* settled(): AsyncGenerator<
      MailboxHolders | { mailbox: Mailbox; fault: Fault },
      void,
      undefined
    > {
      const sendAs = await lists;
      for (const { item: mailbox, entries, fault } of waiting.splice(0)) {
        const listed = sendAs ? sendAs.get(mailbox.Guid.toLowerCase()) : [];
        if (fault) yield { mailbox, fault };
        else if (listed) yield await told(mailbox, entries, listed);
        else unlisted.set(mailbox, entries);
      }
    }
    const gathered = wanted.includes("FullAccess")
      ? entriesOn(
          mailboxes({ exchange }),
          { commandFor: readingPermissions, entryOf: fullAccessEntry },
          exchange,
        )
      : withNothing(mailboxes({ exchange }));
    for await (const one of gathered) {
      waiting.push(one);
      if (progress.areListed) yield* settled();
    }
    yield* settled();
    for await (const { item: mailbox, entries, fault } of entriesOn(
      unlisted.keys(),
      { commandFor: readingSendAs, entryOf: sendAsEntry },
      exchange,
    )) {
      yield fault ? { mailbox, fault } : await told(mailbox, unlisted.get(mailbox) ?? [], entries);
    }
  };
}

/** The entries that were found on an item, or why they could not be read. */
interface Listed<T> {
  item: T;
  entries: readonly Entry[];
  fault?: Fault;
}

async function* withNothing<T>(
  items: AsyncIterable<T>,
): AsyncGenerator<Listed<T>, void, undefined> {
  for await (const item of items) yield { item, entries: [] };
}

function fullAccessEntry(row: Row): Entry | undefined {
  const entry = permissionEntry(row);
  return entry.hasFullAccess ? entry : undefined;
}

async function* entriesOn(
  mailboxes: AsyncIterable<Mailbox> | Iterable<Mailbox>,
  {
    commandFor,
    entryOf,
  }: { commandFor(mailbox: Mailbox): Command; entryOf(row: Row): Entry | undefined },
  exchange: Exchange,
): AsyncGenerator<Listed<Mailbox>, void, undefined> {
  for await (const { item, rows, fault } of collectPages(exchange.each(mailboxes, commandFor)))
    yield { item, entries: rows.flatMap((row) => entryOf(row) ?? []), ...(fault && { fault }) };
}

/** Every Send As entry of the tenant, by the name that the list calls its recipient. */
async function sendAsOfTenant(exchange: Exchange): Promise<Map<string, Entry[]>> {
  const byName = new Map<string, Entry[]>();
  for await (const { rows } of exchange.pages({
    cmdlet: "Get-RecipientPermission",
    parameters: { ResultSize: "Unlimited" },
    select: sendAsProperties,
  })) {
    for (const row of rows) {
      const name = textOf(row["Identity"]);
      const entry = sendAsEntry(row);
      const entries = byName.get(name) ?? byName.set(name, []).get(name);
      // Everyone's own entry shows that the recipient was there, and is not kept.
      if (!entry.isInherited) entries?.push(entry);
    }
  }
  return byName;
}

/**
 * The same by Guid. A recipient that is not in the list under a name that is its own alone is not in the result, and is asked for by itself.
 * That also holds when the list calls recipients by a form that nobody foresaw, since everyone has an entry there.
 */
function joined(
  byName: ReadonlyMap<string, readonly Entry[]>,
  recipients: Recipients,
): ReadonlyMap<string, readonly Entry[]> {
  const byGuid = new Map<string, readonly Entry[]>();
  for (const [name, entries] of byName) {
    const resolved = recipients.find(name);
    if (typeof resolved !== "string") {
      const guid = resolved.guid.toLowerCase();
      byGuid.set(guid, [...(byGuid.get(guid) ?? []), ...entries]);
    }
  }
  return byGuid;
}
