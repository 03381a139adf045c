import { Fault } from "../fault.ts";
import { collectPages } from "./client/batch.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { assertReturned } from "./client/lookUp.ts";
import { confirmed, mailboxLookup, type Mailbox } from "./mailbox.ts";
import { mailboxesOf } from "./mailboxList.ts";
import { nameOf } from "./naming.ts";
import { recipientList, Recipients } from "./recipients.ts";
import { joined, sendAsOfTenant, sendAsTrustee } from "./sendAsList.ts";
import { askedOf, trusteeQuestions, type TrusteeQuestion } from "./trusteeQuestions.ts";
import {
  assertNotEmpty,
  grantedTo,
  permissionEntry,
  readingPermissions,
  readingSendAs,
  rightLists,
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
export type UnresolvedTrustee = "no account" | "unknown";

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
export const rightHolderList: Cmdlets = mergedCmdlets(
  recipientList,
  rightLists,
  mailboxLookup,
  trusteeQuestions,
);

/**
 * The holders of each right on every mailbox, in any order; or why they could not be read. Full Access has to be read
 * for each mailbox. Send As is read for the whole tenant, and Send on Behalf is a property of the mailbox. Where a list
 * shows a name that can be several objects', the service is asked about each account of that name.
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
    const listing = counted(mailboxes({ exchange }));
    // The mailboxes are read while the pages of the long lists arrive. Of few mailboxes only the trustees are read.
    const areRead = recipients.read(exchange, async () => !(await listing.areFew));
    const lists = Promise.all([
      areRead,
      wanted.includes("SendAs") ? sendAsOfTenant(exchange, () => areRead) : undefined,
    ]).then(([isWhole, byName]) => ({ isWhole, sendAs: byName && joined(byName, recipients) }));
    // Mailboxes with trustees whom a name alone does not settle. The service is asked about them at the end.
    const unsettled: Unsettled[] = [];
    const accountsIn = async (
      mailbox: Mailbox,
      right: RightName,
      trustees: readonly string[],
      questions: TrusteeQuestion[],
    ): Promise<Set<string>> => {
      const accounts = new Set<string>();
      for (const trustee of trustees) {
        const resolved = await recipients.resolve(trustee, exchange);
        if (resolved === "unknown") {
          onUnresolved(mailbox, trustee, "unknown");
          continue;
        }
        const meant = "guid" in resolved ? [resolved.guid] : resolved.candidates;
        const known = meant.filter((guid) => recipients.isOneOf(guid));
        if (known.length === 0) onUnresolved(mailbox, trustee, "no account");
        else if ("guid" in resolved) accounts.add(resolved.guid);
        else
          for (const account of known)
            questions.push({
              mailbox,
              right,
              account,
              distinguishedName: await recipients.distinguishedNameOf(account, exchange),
            });
      }
      return accounts;
    };
    const delegatesOf = (mailbox: Mailbox): string[] => {
      if (!wanted.includes("SendOnBehalf")) return [];
      assertReturned(mailbox, ["GrantSendOnBehalfTo"], `mailbox ${nameOf(mailbox)}`);
      return [mailbox["GrantSendOnBehalfTo"] ?? []].flat().map(textOf);
    };
    /** Yields the holders, unless a question is left. */
    async function* resolvedHolders(
      mailbox: Mailbox,
      fullAccess: readonly string[],
      sendAs: readonly string[],
    ): AsyncGenerator<MailboxHolders, void, undefined> {
      const questions: TrusteeQuestion[] = [];
      const holders = {
        FullAccess: await accountsIn(mailbox, "FullAccess", fullAccess, questions),
        SendAs: await accountsIn(mailbox, "SendAs", sendAs, questions),
        SendOnBehalf: await accountsIn(mailbox, "SendOnBehalf", delegatesOf(mailbox), questions),
      };
      if (questions.length === 0) yield { mailbox, holders };
      else unsettled.push({ mailbox, holders, questions });
    }

    const progress = { areListed: false };
    // A fault is thrown where the lists are awaited.
    void lists.then(() => (progress.areListed = true)).catch(() => undefined);
    // Mailboxes that arrive before the long lists wait for them.
    const waiting: Listed<Mailbox>[] = [];
    // Mailboxes for which the long lists are not enough are read at the end, in batches.
    const unlisted = new Map<Mailbox, readonly string[]>();
    async function* settled(): AsyncGenerator<
      MailboxHolders | { mailbox: Mailbox; fault: Fault },
      void,
      undefined
    > {
      const { isWhole, sendAs } = await lists;
      for (const { item: mailbox, trustees, fault } of waiting.splice(0)) {
        const listed = sendAs ? sendAs.get(mailbox.Guid.toLowerCase()) : [];
        if (fault) yield { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) };
        else if (isWhole && listed) yield* resolvedHolders(mailbox, trustees, listed);
        else unlisted.set(mailbox, trustees);
      }
    }
    const gathered = wanted.includes("FullAccess")
      ? trusteesOn(
          listing.items,
          { commandFor: readingPermissions, trusteeOf: fullAccessTrustee },
          exchange,
        )
      : withoutTrustees(listing.items);
    for await (const one of gathered) {
      waiting.push(one);
      if (progress.areListed) yield* settled();
    }
    yield* settled();
    const { isWhole } = await lists;
    const unresolved: Parameters<typeof resolvedHolders>[] = [];
    const withSendAs = wanted.includes("SendAs")
      ? trusteesOn(
          unlisted.keys(),
          { commandFor: readingSendAs, trusteeOf: sendAsTrustee },
          exchange,
        )
      : withoutTrustees(unlisted.keys());
    for await (const { item: mailbox, trustees, fault } of withSendAs) {
      const fullAccess = unlisted.get(mailbox) ?? [];
      if (fault) yield { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) };
      else if (isWhole) yield* resolvedHolders(mailbox, fullAccess, trustees);
      else unresolved.push([mailbox, fullAccess, trustees]);
    }
    await recipients.readNamed(
      unresolved.flatMap(([mailbox, ...texts]) => [...delegatesOf(mailbox), ...texts.flat()]),
      exchange,
    );
    for (const one of unresolved) yield* resolvedHolders(...one);
    yield* answered(unsettled, exchange);
  };
}

/** The trustees of so many mailboxes are read one by one, instead of a list of the whole tenant. */
const fewMailboxes = 50;

/** The same mailboxes, and whether they are few: known when they end, or when there are more. */
function counted(mailboxes: AsyncIterable<Mailbox>) {
  let decide: (areFew: boolean) => void = () => undefined;
  const areFew = new Promise<boolean>((resolve) => (decide = resolve));
  async function* items(): AsyncGenerator<Mailbox, void, undefined> {
    let count = 0;
    try {
      for await (const mailbox of mailboxes) {
        if (++count > fewMailboxes) decide(false);
        yield mailbox;
      }
      decide(true);
    } finally {
      decide(false);
    }
  }
  return { items: items(), areFew };
}

/** A mailbox, the holders that are certain, and the questions that are left. */
interface Unsettled {
  mailbox: Mailbox;
  holders: Record<RightName, Set<string>>;
  questions: readonly TrusteeQuestion[];
}

/** Asks the service all questions, and yields each mailbox with what is then known of it. */
async function* answered(
  unsettled: readonly Unsettled[],
  exchange: Exchange,
): AsyncGenerator<MailboxHolders | { mailbox: Mailbox; fault: Fault }, void, undefined> {
  const faults = new Map<Mailbox, Fault>();
  const holders = new Map(unsettled.map((one) => [one.mailbox, one.holders]));
  const questions = unsettled.flatMap((one) => one.questions);
  for await (const { question, answer } of askedOf(questions, exchange)) {
    const { mailbox, right, account } = question;
    if (answer instanceof Fault) faults.set(mailbox, answer);
    else if (answer) holders.get(mailbox)?.[right].add(account);
  }
  for (const { mailbox, holders: settled } of unsettled) {
    const fault = faults.get(mailbox);
    yield fault
      ? { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) }
      : { mailbox, holders: settled };
  }
}

/** The trustees of a right on an item, or why they could not be read. */
interface Listed<T> {
  item: T;
  trustees: readonly string[];
  fault?: Fault;
}

async function* withoutTrustees<T>(
  items: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<Listed<T>, void, undefined> {
  for await (const item of items) yield { item, trustees: [] };
}

function fullAccessTrustee(row: Row): string | undefined {
  const entry = permissionEntry(row);
  return entry.hasFullAccess ? grantedTo(entry) : undefined;
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
    yield fault ? { item, trustees: [], fault } : trusteesIn(item, rows, trusteeOf);
}

function trusteesIn(
  item: Mailbox,
  rows: readonly Row[],
  trusteeOf: (row: Row) => string | undefined,
): Listed<Mailbox> {
  try {
    assertNotEmpty(rows, item);
    return { item, trustees: rows.flatMap((row) => trusteeOf(row) ?? []) };
  } catch (thrown) {
    return { item, trustees: [], fault: Fault.of(thrown) };
  }
}
