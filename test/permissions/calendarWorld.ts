/** Who and what the tests of rights on calendars are about. */
import { guidOf, shown, type Bench } from "../bench.ts";

export interface Reference extends Record<string, unknown> {
  Id: string;
  mailboxFolderUser: string;
  mailboxFolderAccessRight: string;
  mailboxFolderSharingPermissionFlags?: string;
}
const everybody = (Id: string, mailboxFolderAccessRight: string): Reference => ({
  Id,
  mailboxFolderUser: "Default",
  mailboxFolderAccessRight,
});
export const [availability, limited, reviewer, editor] = [
  everybody("1", "AvailabilityOnly"),
  everybody("2", "LimitedDetails"),
  everybody("3", "Reviewer"),
  everybody("4", "Editor"),
];
export const dora = "dora.double@contoso.com";
export const forDora = (mailboxFolderAccessRight: string, flags?: string): Reference => ({
  Id: "5",
  mailboxFolderUser: dora,
  mailboxFolderAccessRight,
  ...(flags === undefined ? {} : { mailboxFolderSharingPermissionFlags: flags }),
});
export const anna = guidOf("Anna Bakker");
export const annaShown = shown("Anna Bakker", "anna.bakker@contoso.com");

/** The entries on calendars that were changed by anybody, as they are stored: `Default: Editor, Delegate`. */
export function entriesOn({ emulator }: Bench, mailbox: string): string[] {
  const names = new Map(emulator.state().objects.map(({ Guid, Name }) => [Guid, String(Name)]));
  return (emulator.state().folderPermissions ?? [])
    .filter((entry) => entry.mailbox === mailbox && entry.folder === "Calendar")
    .map(
      ({ user, rights, flags = [] }) =>
        `${names.get(user) ?? user}: ${[...rights, ...flags].join(", ")}`,
    )
    .sort();
}

export interface Choices {
  account?: unknown;
  configuration?: Record<string, unknown>;
  dryRun?: boolean;
}
