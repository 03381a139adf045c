import { list, type Cmdlet } from "../cmdlet.ts";
import { isMailbox, isSoftDeleted } from "../../store.ts";
import { moment } from "../units.ts";

const hour = 3_600_000;

/** The automatic replies of mailboxes. */
export const getMailboxAutoReplyConfiguration: Cmdlet = {
  name: "Get-MailboxAutoReplyConfiguration",
  writes: false,
  honours: ["Identity", "ResultSize"],
  run(call) {
    const outcome = list(
      "Get-MailboxAutoReplyConfiguration",
      call,
      (object) =>
        isMailbox(object) &&
        object["RecipientTypeDetails"] !== "GroupMailbox" &&
        !isSoftDeleted(object),
    );
    // A mailbox that never had a schedule shows the coming day (assumed).
    const coming = Math.ceil(call.now / hour) * hour;
    const times: Record<string, string> = {
      StartTime: moment(coming),
      EndTime: moment(coming + 24 * hour),
    };
    return {
      ...outcome,
      rows(wanted) {
        const row = outcome.rows(wanted);
        return (object) =>
          Object.fromEntries(
            Object.entries(row(object)).map(([name, value]) => [
              name,
              value ?? times[name] ?? null,
            ]),
          );
      },
    };
  },
};
