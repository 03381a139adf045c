import { Fault } from "../fault.ts";
import { isSmtpAddress } from "./emailAddresses.ts";
import { isGuid } from "./guid.ts";

/** A right on a calendar, for one user. */
export interface CalendarRight {
  /** `Default`, `Anonymous`, or a name that only one user or group has. */
  user: string;
  /** A role, or single rights. */
  rights: readonly string[];
  /** `Delegate`, and with it perhaps `CanViewPrivateItems`. */
  flags: readonly string[];
}

/** The single rights of each role (documented). */
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
/** Roles that are not a sum of single rights. */
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
/** What can be written as a right, for editors to complete. */
export const writtenRights: readonly string[] = [...others, ...Object.keys(roles), ...single];
export const writtenFlags: readonly string[] = allFlags.map((_, index) =>
  allFlags.slice(0, index + 1).join(","),
);
/** The roles whose user can get a notification of the change (documented). */
const notifiable = ["AvailabilityOnly", "LimitedDetails", "Reviewer", "Editor"];

export function isEveryone(user: string): boolean {
  return /^(Default|Anonymous)$/i.test(user);
}

/** The right that Exchange gives by default (documented for Default). */
export function documentedRight(user: string): CalendarRight {
  return { user, rights: [/^default$/i.test(user) ? "AvailabilityOnly" : "None"], flags: [] };
}

/** A right as an option or a reference writes it: texts with commas. */
interface WrittenRight {
  user: string;
  rights: string;
  flags?: string;
  notify?: boolean;
}

/** A right from texts with commas. Throws an `invalid` fault for anything that Exchange would refuse. */
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
      "The flags Delegate and CanViewPrivateItems go with the role Editor of a named user only.",
    );
  if (flags.includes("CanViewPrivateItems") && !flags.includes("Delegate"))
    throw Fault.invalid("The flag CanViewPrivateItems needs the flag Delegate.");
  if (notify) assertNotifiable(rights, flags);
  return { user: named, rights, flags };
}

/** Several people can have the same name, and a misspelt Default would pass for a name. */
function checkedUser(user: string): string {
  if (!isEveryone(user) && !isGuid(user) && !isSmtpAddress(user))
    throw Fault.invalid(
      `The user of a right on a calendar is a text of ${user.length} characters; ` +
        "expected Default, Anonymous, an address or a GUID.",
    );
  return user;
}

function checkedRights(written: readonly string[]): string[] {
  const rights = written.map(rightNamed);
  if (rights.length === 0)
    throw Fault.invalid("A right on a calendar needs a role or single rights; none was given.");
  if (new Set(rights).size !== rights.length)
    throw Fault.invalid(`A right on a calendar is given twice in ${rights.join(", ")}.`);
  if (rights.length > 1 && rights.some((right) => !single.includes(right)))
    throw Fault.invalid(`A role stands alone; ${rights.join(", ")} mixes it with other rights.`);
  return rights;
}

function rightNamed(written: string): string {
  const known = [...Object.keys(roles), ...others, ...single];
  const right = known.find((one) => one.toLowerCase() === written.toLowerCase());
  if (!right)
    throw Fault.invalid(
      `The rights on a calendar hold a text of ${written.length} characters that is none; ` +
        `expected a role (${[...others, ...Object.keys(roles)].join(", ")}) or rights among ${single.join(", ")}.`,
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
      `The sharing flags hold a text of ${written.length} characters that is none; expected ${allFlags.join(", ")}.`,
    );
  return flag;
}

function assertNotifiable(rights: readonly string[], flags: readonly string[]): void {
  if (flags.length > 0)
    throw Fault.invalid(
      "Telling the user takes the delegate flags away again; leave one of the two out.",
    );
  if (!notifiable.includes(rights.join()))
    throw Fault.invalid(`The user can be told of ${notifiable.join(", ")} only.`);
}

/** The parts of a text with commas. */
export function listed(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A right as the sum of its single rights: a role is the sum of its rights. */
export function summedRight({ rights, flags }: Pick<CalendarRight, "rights" | "flags">): string {
  const all = new Set(rights.flatMap((right) => roles[right] ?? [right]));
  return `${[...all].sort().join()};${[...flags].sort().join()}`;
}

/** Whether two rights consist of the same single rights and flags. */
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
