import { Fault } from "../fault.ts";
import type { Command } from "./client/command.ts";
import { isSmtpAddress } from "./emailAddresses.ts";
import { textOf, type ParameterValue, type Row } from "./client/encoding.ts";
import { equals } from "./client/opath.ts";
import { type Mailbox } from "./mailbox.ts";
import { doesNotExist, exactlyOne, findRows } from "./client/lookUp.ts";
import { nameOf } from "./naming.ts";
import { isGuid } from "./guid.ts";
import type {
  Cmdlets,
  ExchangeGate,
  ExchangeQuery,
  ExchangeStep,
  ExchangeTarget,
} from "./target.ts";

/** A right on a calendar, for one user. */
export interface CalendarRight {
  /** `Default`, `Anonymous`, or a name that is one user's or group's alone. */
  user: string;
  /** A role, or single rights. */
  rights: readonly string[];
  /** `Delegate`, and with it perhaps `CanViewPrivateItems`. */
  flags: readonly string[];
}

/** What a role stands for (documented). */
const roles: Readonly<Record<string, readonly string[]>> = {
  Author: ["CreateItems", "DeleteOwnedItems", "EditOwnedItems", "FolderVisible", "ReadItems"],
  Contributor: ["CreateItems", "FolderVisible"],
  Editor: [
    "CreateItems",
    "DeleteAllItems",
    "DeleteOwnedItems",
    "EditAllItems",
    "EditOwnedItems",
    "FolderVisible",
    "ReadItems",
  ],
  NonEditingAuthor: ["CreateItems", "DeleteOwnedItems", "FolderVisible", "ReadItems"],
  Owner: [
    "CreateItems",
    "CreateSubfolders",
    "DeleteAllItems",
    "DeleteOwnedItems",
    "EditAllItems",
    "EditOwnedItems",
    "FolderContact",
    "FolderOwner",
    "FolderVisible",
    "ReadItems",
  ],
  PublishingAuthor: [
    "CreateItems",
    "CreateSubfolders",
    "DeleteOwnedItems",
    "EditOwnedItems",
    "FolderVisible",
    "ReadItems",
  ],
  PublishingEditor: [
    "CreateItems",
    "CreateSubfolders",
    "DeleteAllItems",
    "DeleteOwnedItems",
    "EditAllItems",
    "EditOwnedItems",
    "FolderVisible",
    "ReadItems",
  ],
  Reviewer: ["FolderVisible", "ReadItems"],
};
/** Stand alone as well, and are no sum of single rights. */
const others = ["None", "AvailabilityOnly", "LimitedDetails"];
const single = [
  "CreateItems",
  "CreateSubfolders",
  "DeleteAllItems",
  "DeleteOwnedItems",
  "EditAllItems",
  "EditOwnedItems",
  "FolderContact",
  "FolderOwner",
  "FolderVisible",
  "ReadItems",
];
const allFlags = ["Delegate", "CanViewPrivateItems"];
/** The roles whose user can be told of the change (documented). */
const tellable = ["AvailabilityOnly", "LimitedDetails", "Reviewer", "Editor"];

export function isEveryone(user: string): boolean {
  return /^(Default|Anonymous)$/i.test(user);
}

/** What Exchange gives when nobody has chosen otherwise (documented for Default). */
export function documentedRight(user: string): CalendarRight {
  return { user, rights: [/^default$/i.test(user) ? "AvailabilityOnly" : "None"], flags: [] };
}

/** A right from texts with commas. Throws an `invalid` fault for whatever Exchange would refuse. */
export function calendarRightFrom({
  user,
  rights: text,
  flags: flagText = "",
  notify = false,
}: {
  user: string;
  rights: string;
  flags?: string;
  notify?: boolean;
}): CalendarRight {
  const named = user.trim();
  // Any other name may be several people's, and a misspelt Default would be one.
  if (!isEveryone(named) && !isGuid(named) && !isSmtpAddress(named))
    throw Fault.invalid(
      `The user of a right on a calendar is a text of ${named.length} characters; expected Default, Anonymous, an address or a GUID.`,
    );
  const known = [...Object.keys(roles), ...others, ...single];
  const rights = listed(text).map((given) => {
    const right = known.find((one) => one.toLowerCase() === given.toLowerCase());
    if (!right)
      throw Fault.invalid(
        `The rights on a calendar hold a text of ${given.length} characters that is none; expected a role (${[...others, ...Object.keys(roles)].join(", ")}) or rights among ${single.join(", ")}.`,
      );
    return right;
  });
  if (rights.length === 0)
    throw Fault.invalid("A right on a calendar needs a role or single rights; none was given.");
  if (new Set(rights).size !== rights.length)
    throw Fault.invalid(`A right on a calendar is given twice in ${rights.join(", ")}.`);
  if (rights.length > 1 && rights.some((right) => !single.includes(right)))
    throw Fault.invalid(`A role stands alone; ${rights.join(", ")} mixes it with other rights.`);
  const flags = listed(flagText).flatMap((given) => {
    const flag = [...allFlags, "None"].find((one) => one.toLowerCase() === given.toLowerCase());
    if (!flag)
      throw Fault.invalid(
        `The sharing flags hold a text of ${given.length} characters that is none; expected ${allFlags.join(", ")}.`,
      );
    return flag === "None" ? [] : [flag];
  });
  if (flags.length > 0 && (rights.join() !== "Editor" || isEveryone(named)))
    throw Fault.invalid(
      "The flags Delegate and CanViewPrivateItems go with the role Editor of a named user only.",
    );
  if (flags.includes("CanViewPrivateItems") && !flags.includes("Delegate"))
    throw Fault.invalid("The flag CanViewPrivateItems needs the flag Delegate.");
  if (notify && flags.length > 0)
    throw Fault.invalid(
      "Telling the user takes the delegate flags away again; leave one of the two out.",
    );
  if (notify && !tellable.includes(rights.join()))
    throw Fault.invalid(`The user can be told of ${tellable.join(", ")} only.`);
  return { user: named, rights, flags };
}

function listed(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A right as the sum of its single rights: a role is the sum of its rights. */
export function summedRight({ rights, flags }: Pick<CalendarRight, "rights" | "flags">): string {
  return `${[...new Set(rights.flatMap((right) => roles[right] ?? [right]))].sort().join()};${[...flags].sort().join()}`;
}

/** Whether two rights come to the same. */
export function sameRight(
  a: Pick<CalendarRight, "rights" | "flags">,
  b: Pick<CalendarRight, "rights" | "flags">,
): boolean {
  return summedRight(a) === summedRight(b);
}

/** For people to read. */
export function describedRight({ rights, flags }: Pick<CalendarRight, "rights" | "flags">): string {
  return [...rights, ...flags].join(", ");
}

/** A user or group that can be named in an entry, by the address that is its own alone. Throws `missing` or `ambiguous`. */
export function calendarUser(
  identity: string,
): ExchangeQuery<{ address: string; displayName: string }> {
  const what = `The user "${identity}" of the calendar right`;
  const notOne = (): Fault => Fault.invalid(`${what} is not one user or group with an address.`);
  return async ({ exchange }) => {
    const row = await exactlyOne(
      exchange,
      {
        cmdlet: "Get-Recipient",
        parameters: { Identity: identity },
        select: ["PrimarySmtpAddress", "DisplayName"],
      },
      { what, none: (cause) => (cause ? doesNotExist(what, cause) : notOne()), several: notOne },
    );
    const address = textOf(row["PrimarySmtpAddress"]);
    if (address === "") throw notOne();
    return { address, displayName: textOf(row["DisplayName"]) };
  };
}

/** What `displayNameOf` sends. */
export const displayNameLookup: Cmdlets = { "Get-Recipient": ["Identity", "Filter", "ResultSize"] };

/** The display name of a user or group, if it is nobody else's; undefined otherwise. */
export function displayNameOf(identity: string): ExchangeQuery<string | undefined> {
  return async ({ exchange }) => {
    const { displayName } = await calendarUser(identity)({ exchange }).catch((thrown: unknown) => {
      const fault = Fault.of(thrown);
      if (fault.kind !== "missing") throw fault;
      return { displayName: "" };
    });
    if (displayName === "") return undefined;
    const { rows } = await exchange.invoke({
      cmdlet: "Get-Recipient",
      parameters: { Filter: equals("DisplayName", displayName), ResultSize: 2 },
      select: ["Guid"],
    });
    return rows.length === 1 ? displayName : undefined;
  };
}

/** The way to a calendar that does not depend on its name. */
export interface Calendar {
  mailbox: Mailbox;
  /** `<mailbox>:<folder id>`. */
  identity: string;
}

/** What `calendarOf` sends. */
export const calendarLookup: Cmdlets = {
  "Get-MailboxFolderStatistics": ["Identity", "FolderScope"],
};
/** What `calendarOf`, `calendarUser` and `presentRight` send. */
export const calendarRightLookup: Cmdlets = {
  ...calendarLookup,
  "Get-Recipient": ["Identity"],
  "Get-MailboxFolderPermission": ["Identity", "User"],
};

export function readingFolders(mailbox: Mailbox): Command {
  return {
    cmdlet: "Get-MailboxFolderStatistics",
    parameters: { Identity: mailbox.Guid, FolderScope: "Calendar" },
    select: ["FolderType", "FolderId"],
  };
}

/** The one folder of type Calendar: its name is in the language of the mailbox, and other calendars stand beside it. */
export function calendarIn(mailbox: Mailbox, rows: readonly Row[]): Calendar {
  const [calendar, ...more] = rows.filter((row) => textOf(row["FolderType"]) === "Calendar");
  if (!calendar)
    throw new Fault({
      kind: "notReady",
      message: `Mailbox ${nameOf(mailbox)} has no calendar yet.`,
    });
  if (more.length > 0)
    throw new Fault({
      kind: "ambiguous",
      message: `Mailbox ${nameOf(mailbox)} has ${more.length + 1} folders of type Calendar; expected one.`,
    });
  const id = textOf(calendar["FolderId"]);
  if (id === "")
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online did not return the FolderId of the calendar of mailbox ${nameOf(mailbox)}.`,
    });
  return { mailbox, identity: `${mailbox.Guid}:${id}` };
}

export function calendarOf(mailbox: Mailbox): ExchangeQuery<Calendar> {
  return async ({ exchange }) =>
    calendarIn(mailbox, (await exchange.invoke(readingFolders(mailbox))).rows);
}

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

/** The user's own entry; asked for by the user, because a list calls users by display names, which are not theirs alone. */
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

/**
 * Brings a user's entry to a right. It is sent whatever was read, because reads may lag behind writes: what turns out to be there is
 * set, and what turns out not to be there is added. Set does not reliably take a delegate's flags off (michev.info 7232), so an entry that
 * has one too many is removed and added again.
 */
export async function setCalendarRight(
  calendar: Calendar,
  wanted: CalendarRight,
  present: CalendarRight | undefined,
  { change, notify = false }: Pick<ExchangeGate, "change"> & { notify?: boolean },
): Promise<void> {
  const { mailbox, identity } = calendar;
  const { user, rights, flags } = wanted;
  const before = beforeOf(present);
  const isInPlace = present !== undefined && sameRight(present, wanted);
  // Said even as false, it would take the delegate flags away (documented).
  const parameters: ExchangeStep["parameters"] & Record<string, ParameterValue> = {
    Identity: identity,
    User: user,
    AccessRights: [...rights],
    ...(flags.length > 0 ? { SharingPermissionFlags: [...flags] } : {}),
    ...(notify ? { SendNotificationToUser: true } : {}),
  };
  const to = `${describedRight(wanted)} for ${user} on the calendar of mailbox ${nameOf(mailbox)}`;
  const add = {
    operation: "Add-MailboxFolderPermission",
    parameters,
    sentence: `Add ${to}`,
  };
  const set = {
    operation: "Set-MailboxFolderPermission",
    parameters,
    sentence: `Set ${to}`,
  };
  const effect = {
    target: "exchange" as const,
    before,
    isInEffect: async (targets: ExchangeTarget) => {
      const now = await presentRight(calendar, user)(targets);
      return now !== undefined && sameRight(now, wanted);
    },
  };
  if (present && !present.flags.some((flag) => !flags.includes(flag))) {
    await change({ ...effect, ...set, isInPlace, isSilent: true, alternatives: [add] });
    return;
  }
  if (present) await change(removingRight(calendar, user, present));
  await change({ ...effect, ...add, alternatives: [set] });
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
  };
}

function beforeOf(present: CalendarRight | undefined): Record<string, unknown> {
  return {
    AccessRights: present?.rights ?? [],
    ...(present && present.flags.length > 0 ? { SharingPermissionFlags: present.flags } : {}),
  };
}
