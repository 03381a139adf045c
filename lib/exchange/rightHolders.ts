import { Fault } from "../fault.ts";
import { collectPages } from "./client/batch.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { assertReturned } from "./client/lookUp.ts";
import { confirmed, mailboxesOf, mailboxLookup, type Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
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
import { mergedCmdlets, type Cmdlets, type ExchangeStream } from "./target.ts";

/**
 * The Guids of the accounts that were granted a right on a mailbox directly. Inherited, own and Deny entries are
 * ignored.
 */
export interface MailboxHolders {
  mailbox: Mailbox;
  holders: Readonly<Record<RightName, ReadonlySet<string>>>;
}

/** Why a trustee is not an account. */
export type UnresolvedTrustee = "no account" | "ambiguous" | "unknown";

export interface HoldersSettings {
  /** The types of the mailboxes. */
  types: readonly string[];
  /** Only mailboxes whose `property` is `value`. */
  where?: { property: string; value: string };
  /** The recipient types that count as accounts. */
  accountTypes: readonly string[];
  wanted: readonly RightName[];
  /** Called for every trustee that is not an account. */
  onUnresolved(mailbox: Mailbox, trustee: string, why: UnresolvedTrustee): void;
}

/** The cmdlets of `holdersOf`, in addition to those that list mailboxes. */
export const rightHolderList: Cmdlets = mergedCmdlets(recipientList, rightLists, mailboxLookup);

/**
 * The holders of each right on every mailbox, in any order; or why they could not be read. Full Access has to be read
 * for each mailbox. Send As is read for the whole tenant, and Send on Behalf is a property of the mailbox.
 */
export function holdersOf({
  types,
  where,
  accountTypes,
  wanted,
  onUnresolved,
}: HoldersSettings): ExchangeStream<MailboxHolders | { mailbox: Mailbox; fault: Fault }> {
  const mailboxes = mailboxesOf(types, ["GrantSendOnBehalfTo"], where);
  return async function* ({ exchange }) {
    const recipients = new Recipients(accountTypes);
    // The mailboxes are read while the pages of the long lists arrive.
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
        if (typeof resolved === "string") onUnresolved(mailbox, trustee, resolved);
        else if (recipients.isOneOf(resolved.guid)) accounts.add(resolved.guid);
        else onUnresolved(mailbox, trustee, "no account");
      }
      return accounts;
    };
    const resolvedHolders = async (
      mailbox: Mailbox,
      fullAccess: readonly string[],
      sendAs: readonly string[],
    ): Promise<MailboxHolders> => {
      if (wanted.includes("SendOnBehalf"))
        assertReturned(mailbox, ["GrantSendOnBehalfTo"], `mailbox ${nameOf(mailbox)}`);
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
    // A fault is thrown where the lists are awaited.
    void lists.then(() => (progress.areListed = true)).catch(() => undefined);
    // Mailboxes that arrive before the long lists wait for them.
    const waiting: Listed<Mailbox>[] = [];
    // Mailboxes that are not in the long list are read at the end, in batches.
    const unlisted = new Map<Mailbox, readonly string[]>();
    async function* settled(): AsyncGenerator<
      MailboxHolders | { mailbox: Mailbox; fault: Fault },
      void,
      undefined
    > {
      const sendAs = await lists;
      for (const { item: mailbox, trustees, fault } of waiting.splice(0)) {
        const listed = sendAs ? sendAs.get(mailbox.Guid.toLowerCase()) : [];
        if (fault) yield { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) };
        else if (listed) yield await resolvedHolders(mailbox, trustees, listed);
        else unlisted.set(mailbox, trustees);
      }
    }
    const gathered = wanted.includes("FullAccess")
      ? trusteesOn(
          mailboxes({ exchange }),
          { commandFor: readingPermissions, trusteeOf: fullAccessTrustee },
          exchange,
        )
      : withoutTrustees(mailboxes({ exchange }));
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
      yield fault
        ? { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) }
        : await resolvedHolders(mailbox, unlisted.get(mailbox) ?? [], trustees);
    }
  };
}

/** The trustees of a right on an item, or why they could not be read. */
interface Listed<T> {
  item: T;
  trustees: readonly string[];
  fault?: Fault;
}

async function* withoutTrustees<T>(
  items: AsyncIterable<T>,
): AsyncGenerator<Listed<T>, void, undefined> {
  for await (const item of items) yield { item, trustees: [] };
}

function fullAccessTrustee(row: Row): string | undefined {
  const entry = permissionEntry(row);
  return entry.hasFullAccess ? grantedTo(entry) : undefined;
}

const sendAsTrustee = (row: Row): string | undefined => grantedTo(sendAsEntry(row));

/** Undefined for an entry that grants nothing: inherited, the mailbox's own, or Deny. */
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

/** The trustees with Send As in the whole tenant, by the recipient's name in the list. */
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
 * The same by Guid. A recipient that the list does not contain under a unique name is not in the result, and is read
 * separately: the list names recipients by free text, which can be another recipient's identifier. Every
 * recipient has an entry in the list, so this also covers names in an unknown form.
 */
function joined(
  byName: ReadonlyMap<string, readonly string[]>,
  recipients: Recipients,
): ReadonlyMap<string, readonly string[]> {
  const byGuid = new Map<string, readonly string[]>();
  for (const [name, entries] of byName) {
    const resolved = recipients.findOnly(name);
    if (typeof resolved !== "string") {
      const guid = resolved.guid.toLowerCase();
      byGuid.set(guid, [...(byGuid.get(guid) ?? []), ...entries]);
    }
  }
  return byGuid;
}
