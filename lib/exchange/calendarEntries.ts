import { Fault } from "../fault.ts";
import { calendarLookup, type Calendar } from "./calendar.ts";
import { describedRight, listed, sameRight, type CalendarRight } from "./calendarRight.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { assertReturned, findRows } from "./client/lookUp.ts";
import { readingOf, type Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeGate, ExchangeQuery, ExchangeStep } from "./target.ts";

/** What `calendarOf`, `calendarUser` and `presentRight` send. */
export const calendarRightLookup: Cmdlets = {
  ...calendarLookup,
  "Get-Recipient": ["Identity"],
  "Get-MailboxFolderPermission": ["Identity", "User"],
};

/** What reading all entries sends. */
export const calendarRightList: Cmdlets = {
  "Get-MailboxFolderPermission": ["Identity", "ResultSize"],
};

/** All entries of a calendar. */
export function readingEntries({ identity }: Calendar): Command {
  return {
    cmdlet: "Get-MailboxFolderPermission",
    parameters: { Identity: identity, ResultSize: "Unlimited" },
    select: entryProperties,
  };
}

const entryProperties = ["User", "AccessRights", "SharingPermissionFlags"];

/**
 * The entries of a whole list. Throws an `unexpected` fault for a list without entries: Default and Anonymous have one
 * on every folder, which cannot be removed.
 */
export function entriesIn(rows: readonly Row[], mailbox: Mailbox): CalendarRight[] {
  if (rows.length === 0)
    throw new Fault({
      kind: "unexpected",
      message:
        `Exchange Online returned no entries for the calendar of mailbox ${nameOf(mailbox)}; expected at least those ` +
        "of Default and Anonymous.",
    });
  return rows.map(entryOf);
}

/** `user` is a display name, or Default, or Anonymous. */
export function entryOf(row: Row): CalendarRight {
  assertReturned(row, ["User", "AccessRights"], "an entry of a calendar");
  const texts = (value: unknown): string[] =>
    [value ?? []].flat().flatMap((one) => listed(textOf(one)));
  return {
    user: textOf(row["User"]),
    rights: texts(row["AccessRights"]),
    flags: texts(row["SharingPermissionFlags"]).filter((flag) => flag !== "None"),
  };
}

/** The user's entry, requested by user: a list names users by display name, and several users can have the same one. */
export function presentRight(
  { mailbox, identity }: Calendar,
  user: string,
): ExchangeQuery<CalendarRight | undefined> {
  const command = {
    cmdlet: "Get-MailboxFolderPermission",
    parameters: { Identity: identity, User: user },
    select: entryProperties,
  };
  return readingOf(mailbox, async ({ exchange }) => {
    const rows = await findRows(exchange, command, ["noEntry"]);
    const [row, ...more] = rows;
    if (more.length > 0)
      throw new Fault({
        kind: "ambiguous",
        message: `The calendar has ${rows.length} entries for "${user}"; expected one.`,
      });
    return row && entryOf(row);
  });
}

/** The entries of a calendar, as `readingEntries` lists them. */
export function entriesOf(calendar: Calendar): ExchangeQuery<CalendarRight[]> {
  return readingOf(calendar.mailbox, async ({ exchange }) =>
    entriesIn((await exchange.invoke(readingEntries(calendar))).rows, calendar.mailbox),
  );
}

/** Whether an entry belongs to an account that no longer exists: it is listed by security identifier. */
export function isUnresolved({ user }: CalendarRight): boolean {
  return /S-1-5-21-/i.test(user);
}

/** What `removingRight` sends. */
export const calendarRightRemoval: Cmdlets = {
  "Remove-MailboxFolderPermission": ["Identity", "User", "Confirm"],
};
/** What `setCalendarRight` sends for the rights that Exchange grants by default. */
export const calendarRightReset: Cmdlets = {
  "Add-MailboxFolderPermission": ["Identity", "User", "AccessRights"],
  "Set-MailboxFolderPermission": ["Identity", "User", "AccessRights"],
};
const anyRight = [
  "Identity",
  "User",
  "AccessRights",
  "SharingPermissionFlags",
  "SendNotificationToUser",
];
/** What `setCalendarRight` sends for any right. */
export const calendarRightChange: Cmdlets = {
  "Add-MailboxFolderPermission": anyRight,
  "Set-MailboxFolderPermission": anyRight,
  ...calendarRightRemoval,
};

/** What `setCalendarRight` needs in addition to the right. */
interface Setting extends Pick<ExchangeGate, "change"> {
  /** Exchange notifies the user of the change. */
  notify?: boolean;
}

/**
 * Sets a user's entry to a right. The change is sent regardless of what was read, because reads may lag behind
 * writes: an entry that turns out to exist is set, and one that turns out not to exist is added. Set does not
 * reliably remove a delegate's flags (michev.info 7232), so an entry with a flag too many is removed and added again.
 */
export async function setCalendarRight(
  calendar: Calendar,
  wanted: CalendarRight,
  present: CalendarRight | undefined,
  { change, notify = false }: Setting,
): Promise<void> {
  const add = addingRight(calendar, wanted, present, notify);
  const set = settingRight(calendar, wanted, present, notify);
  if (present?.flags.every((flag) => wanted.flags.includes(flag))) {
    await change({ ...set, alternatives: [{ ...add, after: "noEntry" }] });
    return;
  }
  if (present) {
    // The entry that is added next shows the effect of both steps; the removal alone would never show.
    const { isInEffect: _, ...removal } = removingRight(calendar, wanted.user, present);
    await change(removal);
  }
  await change({ ...add, alternatives: [{ ...set, after: "alreadySo" }] });
}

/** Whether the entry has the wanted right. */
function hasRight(calendar: Calendar, wanted: CalendarRight): ExchangeQuery<boolean> {
  return async (targets) => {
    const now = await presentRight(calendar, wanted.user)(targets);
    return now !== undefined && sameRight(now, wanted);
  };
}

function addingRight(
  calendar: Calendar,
  wanted: CalendarRight,
  present: CalendarRight | undefined,
  notify: boolean,
): ExchangeStep {
  return {
    target: "exchange",
    operation: "Add-MailboxFolderPermission",
    parameters: parametersFor(calendar, wanted, notify),
    sentence: `Add ${described(wanted, calendar)}`,
    before: beforeOf(present),
    isInEffect: hasRight(calendar, wanted),
  };
}

function settingRight(
  calendar: Calendar,
  wanted: CalendarRight,
  present: CalendarRight | undefined,
  notify: boolean,
): ExchangeStep {
  return {
    target: "exchange",
    operation: "Set-MailboxFolderPermission",
    parameters: parametersFor(calendar, wanted, notify),
    sentence: `Set ${described(wanted, calendar)}`,
    before: beforeOf(present),
    isInPlace: present !== undefined && sameRight(present, wanted),
    isSilent: true,
    isInEffect: hasRight(calendar, wanted),
  };
}

function described(right: CalendarRight, { mailbox }: Calendar): string {
  return `${describedRight(right)} for ${right.user} on the calendar of mailbox ${nameOf(mailbox)}`;
}

function parametersFor(
  { identity }: Calendar,
  { user, rights, flags }: CalendarRight,
  notify: boolean,
): ExchangeStep["parameters"] {
  return {
    Identity: identity,
    User: user,
    AccessRights: [...rights],
    ...(flags.length > 0 ? { SharingPermissionFlags: [...flags] } : {}),
    // Sent as false as well, it would remove the delegate flags (documented).
    ...(notify ? { SendNotificationToUser: true } : {}),
  };
}

export function removingRight(
  calendar: Calendar,
  user: string,
  present: CalendarRight | undefined,
): ExchangeStep {
  const { mailbox, identity } = calendar;
  return {
    target: "exchange",
    operation: "Remove-MailboxFolderPermission",
    parameters: { Identity: identity, User: user, Confirm: false },
    sentence: `Remove the entry of ${user} on the calendar of mailbox ${nameOf(mailbox)}`,
    before: beforeOf(present),
    isInPlace: present === undefined,
    isInEffect: async (targets) => (await presentRight(calendar, user)(targets)) === undefined,
    isRemoval: true,
  };
}

function beforeOf(present: CalendarRight | undefined): Record<string, unknown> {
  return {
    AccessRights: present?.rights ?? [],
    ...(present && present.flags.length > 0 ? { SharingPermissionFlags: present.flags } : {}),
  };
}
