import {
  accountOrFormerById,
  mayBeAccount,
  mayBeTrustee,
  withSid,
  type Account,
} from "../../lib/exchange/account.ts";
import { autoReplyOf } from "../../lib/exchange/autoReply.ts";
import { calendarsOf } from "../../lib/exchange/allMailboxes.ts";
import { describedRight, isEveryone } from "../../lib/exchange/calendarRight.ts";
import { textOf } from "../../lib/exchange/client/encoding.ts";
import { equals } from "../../lib/exchange/client/opath.ts";
import { describedHold, heldMailboxById, holdOf } from "../../lib/exchange/litigationHold.ts";
import { mailboxById } from "../../lib/exchange/mailbox.ts";
import { nameOf } from "../../lib/exchange/naming.ts";
import { mailboxTypes } from "../../lib/exchange/mailboxList.ts";
import { holdersOf } from "../../lib/exchange/rightHolders.ts";
import type { ExchangeQuery } from "../../lib/exchange/target.ts";
import { Fault } from "../../lib/fault.ts";

/** Something that a person can reach, or that is set for the person's own mailbox. */
export interface Reached {
  kind: "group" | "right" | "calendar" | "own mailbox";
  /** The group or mailbox. */
  object: string;
  /** What the person may do there. */
  access: string;
  /** The group through which the person is a member; absent: directly. */
  through?: string;
  /** When it was read, in milliseconds since 1970. */
  readAt: number;
}

export interface Reach {
  account: string;
  /** What the person holds. */
  reached: Reached[];
  /** Entries that may be the person's, and what could not be read. */
  unclear: string[];
  /** By mailbox: how many entries name no account that exists, and certainly not this one. */
  unresolved: Record<string, number>;
}

export interface ReachOptions {
  /** The Guid of the mailbox. */
  guid: string;
  /** Called with the number of mailboxes that were looked at. */
  onMailbox(count: number): void;
}

/** The types of recipients that count as accounts: any that can be a person. */
const accountTypes = ["UserMailbox", "MailUser", "User", "SharedMailbox"];

/**
 * Everything that a person can reach. Full Access and calendars have to be read from every mailbox of the tenant: one
 * request for each, in batches.
 */
export function reachOf({ guid, onMailbox }: ReachOptions): ExchangeQuery<Reach> {
  return async (targets) => {
    const found = await accountOrFormerById(guid)(targets);
    const account = await withSid(found)(targets);
    const reach: Reach = { account: nameOf(account), reached: [], unclear: [], unresolved: {} };
    await addOwn(account, reach)(targets);
    await addGroups(account, reach)(targets);
    let count = 0;
    await addRights(account, reach, () => onMailbox(++count))(targets);
    await addCalendars(account, reach, () => onMailbox(++count))(targets);
    return reach;
  };
}

function add({ reached }: Reach, item: Omit<Reached, "readAt">): void {
  reached.push({ ...item, readAt: Date.now() });
}

function addOwn(account: Account, reach: Reach): ExchangeQuery<void> {
  return async (targets) => {
    const object = account.RecipientTypeDetails;
    try {
      const hold = holdOf(await heldMailboxById(account.Guid)(targets));
      const access =
        hold === undefined ? "no litigation hold" : `litigation hold ${describedHold(hold)}`;
      add(reach, { kind: "own mailbox", object, access });
      const reply = await autoReplyOf(account)(targets);
      const state = textOf(reply["AutoReplyState"]);
      add(reach, { kind: "own mailbox", object, access: `automatic reply ${state}` });
      const { SKUAssigned } = await mailboxById(account.Guid, ["SKUAssigned"])(targets);
      add(reach, { kind: "own mailbox", object, access: licence(SKUAssigned) });
    } catch (thrown) {
      reach.unclear.push(Fault.of(thrown).message);
    }
  };
}

/** Exchange knows whether there is one (nullable, documented), and not which: Entra ID has the names. */
function licence(isAssigned: unknown): string {
  const known: Readonly<Record<string, string>> = {
    true: "licence assigned, its name is in Entra ID",
    false: "no licence assigned",
  };
  return known[String(isAssigned).toLowerCase()] ?? "licence not known, see Entra ID";
}

/** Groups with the account as a member, then the groups in which those are members. */
function addGroups(account: Account, reach: Reach): ExchangeQuery<void> {
  return async ({ exchange }) => {
    const seen = new Set<string>();
    const open = [{ member: account.DistinguishedName, through: undefined as string | undefined }];
    for (const { member, through } of open) {
      const { rows } = await exchange.invoke({
        cmdlet: "Get-Recipient",
        parameters: { Filter: equals("Members", member), ResultSize: "Unlimited" },
        select: ["Guid", "DisplayName", "DistinguishedName", "RecipientTypeDetails"],
      });
      for (const row of rows) {
        const guid = textOf(row["Guid"]);
        const object = textOf(row["DisplayName"]);
        if (seen.has(guid)) continue;
        seen.add(guid);
        const access = textOf(row["RecipientTypeDetails"]);
        add(reach, { kind: "group", object, access, ...(through !== undefined && { through }) });
        open.push({ member: textOf(row["DistinguishedName"]), through: object });
      }
    }
  };
}

function addRights(account: Account, reach: Reach, onMailbox: () => void): ExchangeQuery<void> {
  return async (targets) => {
    const holders = holdersOf({
      types: mailboxTypes,
      accountTypes,
      wanted: ["FullAccess", "SendAs", "SendOnBehalf"],
      onUnresolved(mailbox, trustee) {
        const name = nameOf(mailbox);
        if (mayBeTrustee(account, trustee))
          reach.unclear.push(`${trustee} has a right on mailbox ${name}, and may be this account.`);
        else reach.unresolved[name] = (reach.unresolved[name] ?? 0) + 1;
      },
    });
    for await (const one of holders(targets)) {
      onMailbox();
      if ("fault" in one) {
        reach.unclear.push(`The rights on ${nameOf(one.mailbox)}: ${one.fault.message}`);
        continue;
      }
      for (const [access, guids] of Object.entries(one.holders))
        if (guids.has(account.Guid))
          add(reach, { kind: "right", object: nameOf(one.mailbox), access });
    }
  };
}

function addCalendars(account: Account, reach: Reach, onMailbox: () => void): ExchangeQuery<void> {
  return async (targets) => {
    for await (const one of calendarsOf(mailboxTypes)(targets)) {
      onMailbox();
      if ("fault" in one) {
        reach.unclear.push(`The calendar of ${nameOf(one.mailbox)}: ${one.fault.message}`);
        continue;
      }
      for (const right of one.found) {
        if (isEveryone(right.user)) continue;
        const object = nameOf(one.mailbox);
        if (mayBeAccount(account, right.user))
          add(reach, { kind: "calendar", object, access: describedRight(right) });
      }
    }
  };
}
