import { merged } from "../concurrency.ts";
import { Fault } from "../fault.ts";
import { sendAsProperties } from "./accessList.ts";
import { mayBeTrustee, type Account } from "./account.ts";
import { calendarsOfAll, calendarsOn } from "./allMailboxes.ts";
import { calendarOf, type Calendar } from "./calendar.ts";
import { calendarRightLookup, presentRight } from "./calendarEntries.ts";
import { isEveryone, type CalendarRight } from "./calendarRight.ts";
import { textOf } from "./client/encoding.ts";
import { findRows } from "./client/lookUp.ts";
import { confirmed, type Mailbox } from "./mailbox.ts";
import { rightLookup, rights, type RightName } from "./mailboxRight.ts";
import { nameOf } from "./naming.ts";
import { listedNames, namesInList, sendAsTrustee } from "./sendAsList.ts";
import {
  mergedCmdlets,
  type Cmdlets,
  type ExchangeQuery,
  type ExchangeStream,
  type ExchangeTarget,
} from "./target.ts";
import { fullAccessLists, trusteesOn, type Listed } from "./trusteeLists.ts";
import { nameKey } from "./wantedNames.ts";

/** Something that an account may have been granted on a mailbox of somebody else, according to a list. */
export interface Possible {
  mailbox: Mailbox;
  on: RightName | "Calendar";
}

/** What an account was granted there. */
export type Held = { mailbox: Mailbox } & (
  { right: RightName } | { calendar: Calendar; entry: CalendarRight }
);

/** The properties of the mailboxes to read for `sendsFrom`. */
export const heldProperties: readonly string[] = [...listedNames, "GrantSendOnBehalfTo"];

/** The cmdlets of `possiblyOn`, `sendsFrom` and `heldOf`. */
export const heldLookup: Cmdlets = mergedCmdlets(rightLookup, calendarsOfAll, calendarRightLookup);

/**
 * Full Access and entries of calendars that an account may have on these mailboxes, as their lists show them; or why a
 * list could not be read. The service finds neither by the one who has it. Nothing is told of a mailbox that certainly
 * no longer exists.
 */
export function possiblyOn(
  mailboxes: readonly Mailbox[],
  account: Account,
): ExchangeStream<Possible | { mailbox: Mailbox; fault: Fault }> {
  return async function* (targets) {
    const lists = trusteesOn(mailboxes, fullAccessLists, targets.exchange);
    const looks = merged([isListed("FullAccess", lists), isListed("Calendar", calendars(targets))]);
    for await (const { mailbox, on, fault, names } of looks) {
      if (fault) {
        const settled = await confirmed(mailbox, fault)(targets);
        if (settled.kind !== "missing" || !settled.isProven) yield { mailbox, fault: settled };
      } else if (names.some((name) => mayBeTrustee(account, name))) yield { mailbox, on };
    }
  };

  async function* calendars(targets: ExchangeTarget) {
    for await (const one of calendarsOn(mailboxes)(targets)) {
      const { mailbox } = one;
      if ("fault" in one) yield { mailbox, trustees: [], fault: one.fault };
      else yield { mailbox, trustees: usersIn(one.found) };
    }
  }
}

function usersIn(entries: readonly CalendarRight[]): string[] {
  return entries.map(({ user }) => user).filter((user) => !isEveryone(user));
}

async function* isListed(on: Possible["on"], lists: AsyncIterable<Listed>) {
  for await (const { mailbox, trustees: names, fault } of lists)
    yield { mailbox, on, names, fault };
}

/** As what an account may send. */
export interface Sends {
  on: Possible[];
  /** The names of recipients that are none of the mailboxes, such as groups. */
  elsewhere: string[];
}

/**
 * Send As and Send on Behalf that an account may have on any of these mailboxes, which were read with `heldProperties`;
 * and Send As on anything else.
 */
export function sendsFrom(mailboxes: readonly Mailbox[], account: Account): ExchangeQuery<Sends> {
  return async (targets) => {
    const delegated = mailboxes.filter(({ GrantSendOnBehalfTo }) =>
      [GrantSendOnBehalfTo ?? []].flat().some((name) => mayBeTrustee(account, textOf(name))),
    );
    const names = await sendersNames(account, targets);
    const keys = new Set(names.map(nameKey));
    const named = mailboxes.filter((mailbox) => namesInList(mailbox).some((key) => keys.has(key)));
    const known = new Set(named.flatMap(namesInList));
    return {
      on: [
        ...delegated.map((mailbox): Possible => ({ mailbox, on: "SendOnBehalf" })),
        ...named.map((mailbox): Possible => ({ mailbox, on: "SendAs" })),
      ],
      elsewhere: names.filter((name) => !known.has(nameKey(name))),
    };
  };
}

/**
 * The names of the recipients as which an account can send. The service is asked by every name under which a list can
 * have the account, as it finds an entry only by its own.
 */
async function sendersNames(account: Account, { exchange }: ExchangeTarget): Promise<string[]> {
  const { Guid, UserPrincipalName, PrimarySmtpAddress, Name, DisplayName, sid = "" } = account;
  const trustees = new Set([Guid, UserPrincipalName, PrimarySmtpAddress, Name, DisplayName, sid]);
  const lists = [...trustees]
    .filter((trustee) => trustee !== "")
    .map(async (Trustee) => {
      const parameters = { Trustee, ResultSize: "Unlimited" };
      const command = { cmdlet: "Get-RecipientPermission", parameters, select: sendAsProperties };
      // No other name has to be known to the service, or to be one of this account only.
      return await findRows(exchange, command, Trustee === Guid ? [] : ["missing", "ambiguous"]);
    });
  const rows = (await Promise.all(lists)).flat();
  const granted = rows.filter((row) => sendAsTrustee(row) !== undefined);
  return [...new Set(granted.map((row) => textOf(row["Identity"])))];
}

/**
 * What the account was granted; undefined when it is somebody else's, or no longer there. Throws a
 * `notReady` fault when nobody can tell.
 */
export function heldOf(
  { mailbox, on }: Possible,
  account: Account,
): ExchangeQuery<Held | undefined> {
  return async (targets) => {
    if (on !== "Calendar") {
      const { isHeld, possibleSids } = await rights[on].standingOf(mailbox, account)(targets);
      if (!isHeld && possibleSids.length > 0)
        throw new Fault({
          kind: "notReady",
          message:
            `${rights[on].label} on mailbox ${nameOf(mailbox)} is granted to ${possibleSids.join(", ")}, which may ` +
            `be ${nameOf(account)}: Exchange Online does not show the security identifier of the account. Look at ` +
            "the entry, and remove it.",
        });
      return isHeld ? { mailbox, right: on } : undefined;
    }
    const calendar = await calendarOf(mailbox)(targets);
    // By the address: a list names users by display names, which several can have.
    const entry = await presentRight(calendar, account.PrimarySmtpAddress)(targets);
    return entry && { mailbox, calendar, entry };
  };
}
