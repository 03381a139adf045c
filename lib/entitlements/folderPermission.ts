import shipped from "../../permissions/folderPermission/options.json" with { type: "json" };
import {
  calendarRightFrom,
  documentedRight,
  isEveryone,
  sameRight,
  summedRight,
  type CalendarRight,
} from "../exchange/calendarRight.ts";
import type { Calendar } from "../exchange/calendar.ts";
import { calendarRightList, entriesOf, isUnresolved } from "../exchange/calendarEntries.ts";
import {
  assertCanHold,
  calendarUser,
  displayNameOf,
  noSuchCalendarUser,
  userNames,
  userNamesLookup,
  type CalendarUser,
} from "../exchange/calendarUser.ts";
import { nameOf } from "../exchange/naming.ts";
import {
  mergedCmdlets,
  type Cmdlets,
  type ExchangeGate,
  type ExchangeQuery,
  type ExchangeTarget,
} from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import type { FolderPermissionOption } from "../generated/types.ts";
import { folderPermissionOptions } from "../generated/validators/folderPermissionOptions.ts";
import type { Permission, ReadingInput } from "../host/permissionActions.ts";
import { optionsIn } from "./options.ts";

const file = "permissions/folderPermission/options.json";

/** The listed rights. */
export function listedOptions(data: unknown = shipped): FolderPermissionOption[] {
  return optionsIn(file, folderPermissionOptions, data, (option) => meaningOf(rightOf(option)));
}

function rightOf({
  mailboxFolderUser,
  mailboxFolderAccessRight,
  mailboxFolderSharingPermissionFlags = "",
  sendNotificationToUser = false,
}: FolderPermissionOption): CalendarRight {
  return calendarRightFrom({
    user: mailboxFolderUser,
    rights: mailboxFolderAccessRight,
    flags: mailboxFolderSharingPermissionFlags,
    notify: sendNotificationToUser,
  });
}

function meaningOf(right: CalendarRight): string {
  return `${right.user.toLowerCase()}: ${summedRight(right)}`;
}

/**
 * Existing installations have stored references with these three members; a fourth is added only when there are
 * flags.
 */
export function folderPermission(option: FolderPermissionOption): Permission {
  const {
    Id,
    DisplayName,
    mailboxFolderUser,
    mailboxFolderAccessRight,
    mailboxFolderSharingPermissionFlags: flags = "",
  } = option;
  return {
    identification: {
      Id,
      mailboxFolderUser,
      mailboxFolderAccessRight,
      ...(flags.trim() === "" ? {} : { mailboxFolderSharingPermissionFlags: flags }),
    },
    name: DisplayName,
  };
}

/**
 * What a reference grants. It does not depend on the list: an option that was edited or removed can still be revoked.
 */
export interface Entitlement {
  right: CalendarRight;
  notify: boolean;
}

export function entitlementOf(
  permission: (name: string) => string,
  options: readonly FolderPermissionOption[],
): Entitlement {
  const right = calendarRightFrom({
    user: permission("mailboxFolderUser"),
    rights: permission("mailboxFolderAccessRight"),
    flags: permission("mailboxFolderSharingPermissionFlags"),
  });
  const option = options.find(
    ({ Id }) => Id.trim().toLowerCase() === permission("Id").toLowerCase(),
  );
  // No invitation for a right that the option no longer has: Exchange may refuse to send it.
  return {
    right,
    notify: option?.sendNotificationToUser === true && sameRight(rightOf(option), right),
  };
}

/**
 * The listed option that granted the user's present right, if it differs from the wanted option: an account cannot hold
 * two entitlements for the same user. A right that is not listed, or is the default of Exchange, does not conflict.
 */
export function conflictingOption(
  { user, rights, flags }: CalendarRight,
  present: CalendarRight | undefined,
  options: readonly FolderPermissionOption[],
): FolderPermissionOption | undefined {
  if (
    !present ||
    sameRight(present, { rights, flags }) ||
    sameRight(present, documentedRight(user))
  )
    return undefined;
  return options.find(
    (option) =>
      option.mailboxFolderUser.trim().toLowerCase() === user.toLowerCase() &&
      sameRight(rightOf(option), present),
  );
}

export function conflict(other: FolderPermissionOption, mailboxName: string): Fault {
  return Fault.invalid(
    `The calendar of mailbox ${mailboxName} already has the right of "${other.DisplayName}" for the ` +
      "same user, and an account can hold only one of these rights. Revoke that entitlement (or remove the right " +
      'in Outlook, if it was set there), or set "Conflicting calendar rights" (CalendarRightConflict) to overwrite it.',
  );
}

/** The user of a right; undefined for Default and Anonymous. */
export function userOf({ user }: CalendarRight): ExchangeQuery<CalendarUser | undefined> {
  return isEveryone(user) ? () => Promise.resolve(undefined) : calendarUser(user);
}

/**
 * The user of a right to grant: Default or Anonymous, or an address, which is unique. Throws an `invalid` fault for a
 * user that cannot hold the right.
 */
export async function grantableUser(
  { user, flags }: CalendarRight,
  reading: ReturnType<typeof userOf>,
  read: ExchangeGate["read"],
): Promise<string> {
  const found = await read(reading);
  if (!found) return documentedSpelling(user);
  assertCanHold(user, found, flags);
  return found.address;
}

/** What `revocableUser` sends. */
export const revocableUserLookup: Cmdlets = mergedCmdlets(calendarRightList, userNamesLookup);

/**
 * The user of a right to revoke. Someone who is no longer a recipient keeps the entry: it is found in the list of
 * entries. Throws a proven `missing` fault when no entry can belong to the user, and `notReady` when one may.
 */
export async function revocableUser(
  right: CalendarRight,
  reading: ReturnType<typeof userOf>,
  calendar: Calendar,
  read: ExchangeGate["read"],
): Promise<string> {
  try {
    return (await read(reading))?.address ?? documentedSpelling(right.user);
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind !== "missing") throw fault;
    const names = [right.user, ...(await read(userNames(right.user)))].map((name) =>
      name.toLowerCase(),
    );
    const entries = await read(entriesOf(calendar));
    const [own, ...others] = entries.filter(({ user }) => names.includes(user.toLowerCase()));
    if (own && others.length === 0) return own.user;
    const unresolved = entries.filter(isUnresolved).length + others.length;
    if (unresolved === 0) throw noSuchCalendarUser(right.user, fault);
    throw new Fault({
      kind: "notReady",
      message:
        `The user "${right.user}" of the calendar right is not a recipient, and the calendar of mailbox ` +
        `${nameOf(calendar.mailbox)} has ` +
        `${unresolved === 1 ? "an entry" : `${unresolved} entries`} whose owner is not known: check the calendar.`,
    });
  }
}

function documentedSpelling(user: string): string {
  return user.charAt(0).toUpperCase() + user.slice(1).toLowerCase();
}

/**
 * The options in the form that an import compares with. Calendars list users by display name, so an option whose user
 * has no unique display name matches nothing.
 */
export async function matchable(
  options: readonly FolderPermissionOption[],
  { read, log }: Pick<ReadingInput<ExchangeTarget>, "read" | "log">,
): Promise<
  {
    option: FolderPermissionOption;
    permission: Permission;
    description: string;
    isIn(entries: readonly CalendarRight[]): boolean;
  }[]
> {
  const names = new Map<string, string | undefined>();
  for (const { mailboxFolderUser: user } of options)
    if (!names.has(user))
      names.set(user, isEveryone(user) ? user : await read(displayNameOf(user)));
  return options.flatMap((option) => {
    const name = names.get(option.mailboxFolderUser);
    if (name === undefined) {
      log(
        "warning",
        `Not imported: "${option.DisplayName}". Its user is not one recipient with a unique display name, ` +
          "and calendars list users by display name.",
      );
      return [];
    }
    const right = rightOf(option);
    return [
      {
        option,
        permission: folderPermission(option),
        description: option.DisplayName,
        isIn: (entries) =>
          entries.some(
            (entry) => entry.user.toLowerCase() === name.toLowerCase() && sameRight(entry, right),
          ),
      },
    ];
  });
}
