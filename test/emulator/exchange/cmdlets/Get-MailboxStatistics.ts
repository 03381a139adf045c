import { list, type Cmdlet } from "../cmdlet.ts";
import { hasFolders } from "../folders.ts";

/** How much is in a mailbox. The archive is not emulated. */
export const getMailboxStatistics: Cmdlet = {
  name: "Get-MailboxStatistics",
  writes: false,
  honours: ["Identity"],
  run: (call) => list("Get-MailboxStatistics", call, hasFolders),
};
