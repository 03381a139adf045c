import { Fault } from "../fault.ts";
import { calendarLookup, type Calendar } from "./calendar.ts";
import { describedRight, listed, sameRight, type CalendarRight } from "./calendarRight.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { findRows } from "./client/lookUp.ts";
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

/** `user` is a display name, or Default, or Anonymous. */
export function entryOf(row: Row): CalendarRight {
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
  { identity }: Calendar,
  user: string,
): ExchangeQuery<CalendarRight | undefined> {
  return async ({ exchange }) => {
    const rows = await findRows(exchange, {
      cmdlet: "Get-MailboxFolderPermission",
      parameters: { Identity: identity, User: user },
      select: entryProperties,
    });
    const [row, ...more] = rows;
    if (more.length > 0)
      throw new Fault({
        kind: "ambiguous",
        message: `The calendar has ${rows.length} entries for "${user}"; expected one.`,
      });
    return row && entryOf(row);
  };
}

/** What `removingRight` sends. */
export const calendarRightRemoval: Cmdlets = {
  "Remove-MailboxFolderPermission": ["Identity", "User", "Confirm"],
};
/** What `setCalendarRight` sends for what Exchange gives by itself. */
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
  const add = () => change(addingRight(calendar, wanted, present, notify));
  const set = () => change(settingRight(calendar, wanted, present, notify));
  if (present?.flags.some((flag) => !wanted.flags.includes(flag))) {
    await change(removingRight(calendar, wanted.user, present));
    await add();
  } else if (!present) {
    if ((await add()) === "alreadySo") await set();
  } else {
    await set().catch(async (thrown: unknown) => {
      const fault = Fault.of(thrown);
      if (fault.kind !== "missing") throw fault;
      return await add();
    });
  }
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
  { mailbox, identity }: Calendar,
  user: string,
  present: CalendarRight | undefined,
): ExchangeStep {
  return {
    target: "exchange",
    operation: "Remove-MailboxFolderPermission",
    parameters: { Identity: identity, User: user, Confirm: false },
    sentence: `Remove the entry of ${user} on the calendar of mailbox ${nameOf(mailbox)}`,
    before: beforeOf(present),
    isInPlace: present === undefined,
  };
}

function beforeOf(present: CalendarRight | undefined): Record<string, unknown> {
  return {
    AccessRights: present?.rights ?? [],
    ...(present && present.flags.length > 0 ? { SharingPermissionFlags: present.flags } : {}),
  };
}
