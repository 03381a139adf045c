import { Fault } from "../fault.ts";
import {
  forTrustee,
  isGranted,
  permissionEntry,
  readingDelegate,
  readingPermissions,
  readingSendAs,
  sendAsEntry,
} from "./accessList.ts";
import { collectPages } from "./client/batch.ts";
import type { Command } from "./client/command.ts";
import type { Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { isAmong } from "./client/lookUp.ts";
import type { Mailbox } from "./mailbox.ts";
import type { RightName } from "./mailboxRight.ts";
import type { Cmdlets } from "./target.ts";

/** Whether an account has a right on a mailbox, when the list shows only a name that several objects can have. */
export interface TrusteeQuestion {
  mailbox: Mailbox;
  right: RightName;
  /** The account's Guid. */
  account: string;
  distinguishedName: string;
}

/** The cmdlets of `askedOf`. */
export const trusteeQuestions: Cmdlets = {
  "Get-MailboxPermission": ["User"],
  "Get-RecipientPermission": ["Trustee"],
  "Get-Mailbox": ["Filter"],
};

/** How each right is asked about, and which rows mean that the account has it. */
const ways: Readonly<
  Record<
    RightName,
    {
      commandFor(question: TrusteeQuestion): Command;
      isHeldIn(rows: readonly Row[], question: TrusteeQuestion): boolean;
    }
  >
> = {
  FullAccess: {
    commandFor: ({ mailbox, account }) =>
      forTrustee(readingPermissions(mailbox), { User: account }),
    isHeldIn: (rows) =>
      rows.map(permissionEntry).some((entry) => entry.hasFullAccess && isGranted(entry)),
  },
  SendAs: {
    commandFor: ({ mailbox, account }) => forTrustee(readingSendAs(mailbox), { Trustee: account }),
    isHeldIn: (rows) => rows.map(sendAsEntry).some(isGranted),
  },
  SendOnBehalf: {
    commandFor: ({ mailbox, distinguishedName }) => ({
      ...readingDelegate(mailbox, distinguishedName),
      isWholeList: true,
    }),
    isHeldIn: (rows, { mailbox }) => isAmong(mailbox.Guid, rows),
  },
};

/** The service's answer to each question, in any order; or why there is none. */
export async function* askedOf(
  questions: readonly TrusteeQuestion[],
  exchange: Exchange,
): AsyncGenerator<{ question: TrusteeQuestion; answer: boolean | Fault }, void, undefined> {
  const asked = exchange.each(questions, (question) => ways[question.right].commandFor(question));
  for await (const { item: question, rows, fault } of collectPages(asked))
    yield { question, answer: fault ?? answerIn(rows, question) };
}

function answerIn(rows: readonly Row[], question: TrusteeQuestion): boolean | Fault {
  try {
    return ways[question.right].isHeldIn(rows, question);
  } catch (thrown) {
    return Fault.of(thrown);
  }
}
