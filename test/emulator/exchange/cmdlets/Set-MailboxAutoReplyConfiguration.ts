import { theOne, write, type Cmdlet } from "../cmdlet.ts";
import { invalidValue } from "../errors.ts";
import { asHtml } from "../html.ts";
import type { BoundParameters } from "../parameters.ts";
import type { Value } from "../../properties.ts";
import { isMailbox, isSoftDeleted } from "../../store.ts";

const flags = [
  "AutoDeclineFutureRequestsWhenOOF",
  "CreateOOFEvent",
  "DeclineEventsForScheduledOOF",
  "DeclineAllEventsForScheduledOOF",
];
const messages = ["InternalMessage", "ExternalMessage"];
const texts = ["DeclineMeetingMessage", "OOFEventSubject"];
const settings = [
  "AutoReplyState",
  "ExternalAudience",
  "StartTime",
  "EndTime",
  ...messages,
  ...texts,
  ...flags,
];

/**
 * Automatic replies belong to the mailbox, not to the directory: a synchronised mailbox takes them,
 * and WhenChanged stays (both assumed).
 */
export const setMailboxAutoReplyConfiguration: Cmdlet = {
  name: "Set-MailboxAutoReplyConfiguration",
  writes: true,
  honours: ["Identity", ...settings],
  run({ parameters, store, now }) {
    const mailbox = theOne(
      store,
      parameters["Identity"],
      (object) =>
        isMailbox(object) &&
        object["RecipientTypeDetails"] !== "GroupMailbox" &&
        !isSoftDeleted(object),
    );
    const given = settings.filter((name) => name in parameters);
    const values = Object.fromEntries(given.map((name) => [name, valueOf(name, parameters)]));
    check((name) => values[name] ?? store.property(mailbox, name), values, now);
    return write(store, mailbox, values);
  },
};

function valueOf(name: string, parameters: BoundParameters): Value {
  const value = (parameters[name] ?? "") as string | boolean;
  return messages.includes(name) ? asHtml(String(value)) : value;
}

/**
 * What belongs together is documented; that the service refuses it otherwise, and how, is assumed.
 * An internal text alone is enough: the first example of the cmdlet's page sends nothing else, although
 * the same page says that the audiences Known and All require an external one.
 */
function check(after: (name: string) => Value, given: Record<string, Value>, now: number): void {
  const state = after("AutoReplyState");
  if (state !== "Scheduled") {
    const idle = ["StartTime", "EndTime", ...flags].find(
      (name) => (given[name] ?? false) !== false,
    );
    if (idle)
      throw invalidValue(
        `The parameter ${idle} can only be used when AutoReplyState is Scheduled.`,
      );
  } else {
    const [start, end] = [after("StartTime"), after("EndTime")].map((time) =>
      Date.parse(String(time)),
    );
    if (!(Number(start) < Number(end)) || Number(end) <= now)
      throw invalidValue(
        "The schedule isn't valid: StartTime and EndTime must be given, EndTime must be later than " +
          "StartTime, and must not be in the past.",
      );
  }
  if (
    given["DeclineAllEventsForScheduledOOF"] === true &&
    after("DeclineEventsForScheduledOOF") !== true
  )
    throw invalidValue("DeclineAllEventsForScheduledOOF needs DeclineEventsForScheduledOOF.");
  if (given["OOFEventSubject"] && after("CreateOOFEvent") !== true)
    throw invalidValue("OOFEventSubject needs CreateOOFEvent.");
  if (state === "Disabled") return;
  if (after("InternalMessage") === "")
    throw invalidValue(`InternalMessage can't be empty when AutoReplyState is ${String(state)}.`);
}
