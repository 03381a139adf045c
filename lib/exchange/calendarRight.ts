import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { isSmtpAddress } from "../emailAddresses.ts";
import { isGuid } from "../guid.ts";

/** A right on a calendar, for one user. */
export interface CalendarRight {
  /** `Default`, `Anonymous`, or a unique name of a user or group. */
  user: string;
  /** One role, or several individual rights. */
  rights: readonly string[];
  /** `Delegate`, or `Delegate` and `CanViewPrivateItems`. */
  flags: readonly string[];
}

/** The individual rights of each role (documented). */
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
/** Roles that do not consist of individual rights. */
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
/** The rights and flags that options may contain, for completion in editors. */
export const writtenRights: readonly string[] = [...others, ...Object.keys(roles), ...single];
export const writtenFlags: readonly string[] = allFlags.map((_, index) =>
  allFlags.slice(0, index + 1).join(","),
);
/** The roles for which Exchange can send the user a sharing invitation (documented). */
const notifiable = ["AvailabilityOnly", "LimitedDetails", "Reviewer", "Editor"];

export function isEveryone(user: string): boolean {
  return /^(Default|Anonymous)$/i.test(user);
}

/** The right by default (documented for Default). */
export function documentedRight(user: string): CalendarRight {
  return { user, rights: [/^default$/i.test(user) ? "AvailabilityOnly" : "None"], flags: [] };
}

/** A right in the form of options and references: texts separated by commas. */
interface WrittenRight {
  user: string;
  rights: string;
  flags?: string;
  notify?: boolean;
}

/** Parses a right. Throws an `invalid` fault for anything that Exchange would refuse. */
export function calendarRightFrom({
  user,
  rights: text,
  flags: flagText = "",
  notify = false,
}: WrittenRight): CalendarRight {
  const named = checkedUser(user.trim());
  const rights = checkedRights(listed(text));
  const flags = checkedFlags(listed(flagText));
  if (flags.length > 0 && (rights.join() !== "Editor" || isEveryone(named)))
    throw Fault.invalid(
      "The flags Delegate and CanViewPrivateItems are only allowed with the role Editor of a named user.",
    );
  if (flags.includes("CanViewPrivateItems") && !flags.includes("Delegate"))
    throw Fault.invalid("The flag CanViewPrivateItems requires the flag Delegate.");
  if (notify) assertNotifiable(rights, flags);
  return { user: named, rights, flags };
}

/** Names are not allowed: they are not unique, and a misspelt Default would be taken for a name. */
function checkedUser(user: string): string {
  if (!isEveryone(user) && !isGuid(user) && !isSmtpAddress(user))
    throw Fault.invalid(
      `The user of the calendar right is ${quoted(user)}; ` +
        "expected Default, Anonymous, an address or a GUID.",
    );
  return user;
}

function checkedRights(written: readonly string[]): string[] {
  const rights = written.map(rightNamed);
  if (rights.length === 0)
    throw Fault.invalid("The calendar right has no rights; expected a role or individual rights.");
  if (new Set(rights).size !== rights.length)
    throw Fault.invalid(`The calendar right contains a right twice: ${rights.join(", ")}.`);
  if (rights.length > 1 && rights.some((right) => !single.includes(right)))
    throw Fault.invalid(
      `The calendar right combines a role with other rights: ${rights.join(", ")}; expected only the role.`,
    );
  return rights;
}

function rightNamed(written: string): string {
  const known = [...Object.keys(roles), ...others, ...single];
  const right = known.find((one) => one.toLowerCase() === written.toLowerCase());
  if (!right)
    throw Fault.invalid(
      `${quoted(written)} is not a calendar right; ` +
        `expected a role (${[...others, ...Object.keys(roles)].join(", ")}) or rights from ${single.join(", ")}.`,
    );
  return right;
}

function checkedFlags(written: readonly string[]): string[] {
  return written.map(flagNamed).filter((flag) => flag !== "None");
}

function flagNamed(written: string): string {
  const flag = [...allFlags, "None"].find((one) => one.toLowerCase() === written.toLowerCase());
  if (!flag)
    throw Fault.invalid(
      `${quoted(written)} is not a sharing flag; expected ${allFlags.join(" or ")}.`,
    );
  return flag;
}

function assertNotifiable(rights: readonly string[], flags: readonly string[]): void {
  if (flags.length > 0)
    throw Fault.invalid(
      "A sharing invitation removes the delegate flags: set either sendNotificationToUser or the flags.",
    );
  if (!notifiable.includes(rights.join()))
    throw Fault.invalid(
      `A sharing invitation is only possible for ${notifiable.join(", ")}; the right is ${rights.join(", ")}.`,
    );
}

/** The parts of a text that is separated by commas. */
export function listed(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The individual rights and flags of a right, in a form that can be compared. */
export function summedRight({ rights, flags }: Pick<CalendarRight, "rights" | "flags">): string {
  const all = new Set(rights.flatMap((right) => roles[right] ?? [right]));
  return `${[...all].sort().join()};${[...flags].sort().join()}`;
}

/** Whether two rights consist of the same individual rights and flags. */
export function sameRight(
  a: Pick<CalendarRight, "rights" | "flags">,
  b: Pick<CalendarRight, "rights" | "flags">,
): boolean {
  return summedRight(a) === summedRight(b);
}

/** A right in words, for messages. */
export function describedRight({ rights, flags }: Pick<CalendarRight, "rights" | "flags">): string {
  return [...rights, ...flags].join(", ");
}
