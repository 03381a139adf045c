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
import { askedOf, trusteeQuestions, type TrusteeQuestion } from "./trusteeQuestions.ts";
import {
  assertNotEmpty,
  isGranted,
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
    // The mailboxes are read while the pages of the long lists arrive.
    const lists = Promise.all([
      recipients.read(exchange),
      wanted.includes("SendAs") ? sendAsOfTenant(exchange) : undefined,
    ]).then(([, byName]) => byName && joined(byName, recipients));
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
        else if (listed) yield* resolvedHolders(mailbox, trustees, listed);
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
      if (fault) yield { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) };
      else yield* resolvedHolders(mailbox, unlisted.get(mailbox) ?? [], trustees);
    }
    yield* answered(unsettled, exchange);
  };
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
  items: AsyncIterable<T>,
): AsyncGenerator<Listed<T>, void, undefined> {
  for await (const item of items) yield { item, trustees: [] };
}

function fullAccessTrustee(row: Row): string | undefined {
  const entry = permissionEntry(row);
  return entry.hasFullAccess ? grantedTo(entry) : undefined;
}

const sendAsTrustee = (row: Row): string | undefined => grantedTo(sendAsEntry(row));

function grantedTo(entry: Entry): string | undefined {
  return isGranted(entry) ? entry.trustee : undefined;
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
    const guid = recipients.recipientNamed(name)?.toLowerCase();
    if (guid !== undefined) byGuid.set(guid, [...(byGuid.get(guid) ?? []), ...entries]);
  }
  return byGuid;
}
