import { describe, expect, it } from "vitest";
import { calendarIn } from "../../lib/exchange/calendar.ts";
import { Fault } from "../../lib/fault.ts";
import { faultOf } from "./scripted.ts";
import { mailbox, shown } from "./calendarSamples.ts";

describe("the calendar among the folders", () => {
  const folder = (FolderType: string, FolderId = "x"): Record<string, unknown> => ({
    FolderType,
    FolderId,
  });

  it("is the one of type Calendar, at any position", () => {
    expect(
      calendarIn(mailbox, [
        folder("User Created", "a"),
        folder("Calendar", "b+/="),
        folder("Birthdays", "c"),
      ]),
    ).toEqual({ mailbox, identity: `${mailbox.Guid}:b+/=` });
  });

  it.each<[string, Record<string, unknown>[], Partial<Fault>]>([
    [
      "there is none yet",
      [],
      { kind: "notReady", message: `Mailbox ${shown} has no calendar yet.` },
    ],
    [
      "there are only others",
      [folder("User Created"), folder("calendar"), folder("Calendars")],
      { kind: "notReady" },
    ],
    [
      "there are two",
      [folder("Calendar", "a"), folder("Calendar", "b")],
      {
        kind: "ambiguous",
        message: `Mailbox ${shown} has 2 folders of type Calendar; expected one.`,
      },
    ],
    [
      "it has no id",
      [{ FolderType: "Calendar" }],
      {
        kind: "unexpected",
        message: `Exchange Online did not return the FolderId of the calendar of mailbox ${shown}.`,
      },
    ],
  ])("is a fault when %s", async (_name, folders, fault) => {
    expect(await faultOf(() => calendarIn(mailbox, folders))).toMatchObject(fault);
  });
});
