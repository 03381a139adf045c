import { Fault } from "../fault.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { assertReturned } from "./client/lookUp.ts";
import { readingOf, type Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/** A calendar, addressed by ID instead of by name. */
export interface Calendar {
  mailbox: Mailbox;
  /** `<mailbox>:<folder id>`. */
  identity: string;
}

/** The cmdlets of `calendarOf`. */
export const calendarLookup: Cmdlets = {
  "Get-MailboxFolderStatistics": ["Identity", "FolderScope"],
};
export function readingFolders({ Guid }: Pick<Mailbox, "Guid">): Command {
  return {
    cmdlet: "Get-MailboxFolderStatistics",
    parameters: { Identity: Guid, FolderScope: "Calendar" },
    select: ["FolderType", "FolderId"],
    isWholeList: true,
  };
}

/**
 * The one folder of type Calendar. Its name is in the language of the mailbox, and the mailbox can have other
 * calendars.
 */
export function calendarIn(mailbox: Mailbox, rows: readonly Row[]): Calendar {
  for (const row of rows)
    assertReturned(row, ["FolderType"], `a folder of mailbox ${nameOf(mailbox)}`);
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

/** The calendar folders of the mailbox with this Guid. */
export function calendarFolders(id: string): ExchangeQuery<Row[]> {
  return async ({ exchange }) => (await exchange.invoke(readingFolders({ Guid: id }))).rows;
}

/** The calendar of a mailbox. `folders`: when they were requested together with the mailbox. */
export function calendarOf(
  mailbox: Mailbox,
  folders = calendarFolders(mailbox.Guid),
): ExchangeQuery<Calendar> {
  return readingOf(mailbox, async (targets) => calendarIn(mailbox, await folders(targets)));
}
