import { list, type Call, type Cmdlet, type Outcome } from "../cmdlet.ts";
import { identityNotFound } from "../errors.ts";
import { textOf } from "../parameters.ts";
import type { DirectoryObject } from "../../state.ts";
import { isMailbox, isSoftDeleted } from "../../store.ts";
import { moment } from "../units.ts";

const hour = 3_600_000;

const hasReplies = (object: DirectoryObject): boolean =>
  isMailbox(object) && object["RecipientTypeDetails"] !== "GroupMailbox" && !isSoftDeleted(object);

/** A missing mailbox has words of its own here (`missingReplyMailbox`). */
function repliesOf(call: Call): Outcome<DirectoryObject> {
  const { parameters, store } = call;
  const identity = textOf(parameters["Identity"]);
  const isMissing = identity !== "" && !store.find(identity).some(hasReplies);
  if (isMissing && store.state.behaviour.missingReplyMailbox === "identity")
    throw identityNotFound(identity);
  return list("Get-MailboxAutoReplyConfiguration", call, hasReplies);
}

/** The automatic replies of mailboxes. */
export const getMailboxAutoReplyConfiguration: Cmdlet = {
  name: "Get-MailboxAutoReplyConfiguration",
  writes: false,
  honours: ["Identity", "ResultSize"],
  run(call) {
    const outcome = repliesOf(call);
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
