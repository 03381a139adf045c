import { list, type Cmdlet } from "../cmdlet.ts";
import { hasFolders } from "../folders.ts";

/** The working hours and the week of a calendar; the other settings are not emulated. */
export const getMailboxCalendarConfiguration: Cmdlet = {
  name: "Get-MailboxCalendarConfiguration",
  writes: false,
  honours: ["Identity"],
  run: (call) => list("Get-MailboxCalendarConfiguration", call, hasFolders),
};
