import { Fault } from "../fault.ts";
import { rightLists } from "./accessList.ts";
import type { Exchange } from "./client/exchange.ts";
import { confirmed, mailboxLookup, type Mailbox } from "./mailbox.ts";
import { mailboxesOf } from "./mailboxList.ts";
import { type RightName } from "./mailboxRight.ts";
import { recipientList, Recipients } from "./recipients.ts";
import { trusteesOfRights } from "./rightTrustees.ts";
import { listedNames } from "./sendAsList.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeStream } from "./target.ts";
import { askedOf, trusteeQuestions, type TrusteeQuestion } from "./trusteeQuestions.ts";

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
 *
 * Few mailboxes in a tenant whose recipients are more than a page are read without its lists: their Send As is read one
 * by one, and their trustees are looked up. What is held grows with the mailboxes and their trustees, never with the
 * tenant.
 */
export function holdersOf({
  types,
  where,
  accountTypes,
  wanted,
  onUnresolved,
}: HoldersSettings): ExchangeStream<MailboxHolders | { mailbox: Mailbox; fault: Fault }> {
  const names = wanted.includes("SendAs") ? listedNames : [];
  const listed = mailboxesOf(types, ["GrantSendOnBehalfTo", ...names], where);
  return async function* ({ exchange }) {
    const recipients = new Recipients(accountTypes, exchange);
    const accountsIn = async (
      mailbox: Mailbox,
      right: RightName,
      trustees: readonly string[],
      questions: TrusteeQuestion[],
    ): Promise<Set<string>> => {
      const accounts = new Set<string>();
      for (const trustee of trustees) {
        const resolved = recipients.resolve(trustee);
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
              distinguishedName: await recipients.distinguishedNameOf(account),
            });
      }
      return accounts;
    };

    // Mailboxes with trustees whom a name alone does not settle. The service is asked about them at the end.
    const unsettled: Unsettled[] = [];
    const mailboxes = listed({ exchange });
    for await (const one of trusteesOfRights({ mailboxes, wanted, recipients, exchange })) {
      if ("fault" in one) {
        yield one;
        continue;
      }
      const { mailbox, trustees } = one;
      const questions: TrusteeQuestion[] = [];
      const holders = {
        FullAccess: await accountsIn(mailbox, "FullAccess", trustees.FullAccess, questions),
        SendAs: await accountsIn(mailbox, "SendAs", trustees.SendAs, questions),
        SendOnBehalf: await accountsIn(mailbox, "SendOnBehalf", trustees.SendOnBehalf, questions),
      };
      if (questions.length === 0) yield { mailbox, holders };
      else unsettled.push({ mailbox, holders, questions });
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
