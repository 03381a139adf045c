import { Fault } from "../fault.ts";
import { textOf, type ParameterValue, type Row } from "./client/encoding.ts";
import { exactlyOne } from "./client/lookUp.ts";
import { escapedHtml, sameHtml, seenOf, unwrapped } from "./html.ts";
import { booleanProperty, readingOf, type Mailbox } from "./mailbox.ts";
import { timeIn } from "./units.ts";
import { mappedText, oneOf } from "../mappedValues.ts";
import { nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeStep, ExchangeQuery } from "./target.ts";

/** An automatic reply as it should be. Messages are HTML without the tags around the body. */
export interface AutoReply {
  AutoReplyState: "Enabled" | "Disabled" | "Scheduled";
  InternalMessage: string;
  /** Empty: people outside get no reply, regardless of the audience. */
  ExternalMessage: string;
  ExternalAudience: "None" | "Known" | "All";
  /** Only when scheduled. */
  StartTime?: Date;
  EndTime?: Date;
}

/** An automatic reply as it is, and the row it was read from. */
export type PresentReply = Row;

export type MessageFormat = "html" | "text";

type Field = readonly [name: string, value: unknown];

const properties = [
  "AutoReplyState",
  "InternalMessage",
  "ExternalMessage",
  "ExternalAudience",
  "StartTime",
  "EndTime",
] as const;
const states = ["Enabled", "Disabled", "Scheduled"] as const;
const audiences = ["None", "Known", "All"] as const;

/** What is set when no message is mapped: in a reconciliation there is no person and no mapping. */
export const defaultReply: AutoReply = {
  AutoReplyState: "Enabled",
  InternalMessage: "This mailbox is no longer in use, and your message has not been read.",
  ExternalMessage: "This mailbox is no longer in use, and your message has not been read.",
  ExternalAudience: "All",
};

/** Splits the mapped fields into those of an automatic reply and the others. */
export function partedFields(fields: readonly Field[]): {
  replyFields: Field[];
  otherFields: Field[];
} {
  return {
    replyFields: fields.filter(([name]) => isOfReply(name)),
    otherFields: fields.filter(([name]) => !isOfReply(name)),
  };
}

/** Whether a field of this name is one of an automatic reply. */
export function isOfReply(name: string): boolean {
  return properties.some((property) => property.toLowerCase() === name.toLowerCase());
}

/**
 * The automatic reply that the mapped fields describe; undefined when none is mapped. The audience follows from the
 * external message: without one no one outside gets a reply, with one everyone does unless mapped otherwise. Throws an
 * `invalid` fault for values that the service would refuse.
 */
export function autoReplyFrom(
  fields: readonly Field[],
  format: MessageFormat,
): AutoReply | undefined {
  const mapped = (name: (typeof properties)[number]): string =>
    mappedText(name, fields.find(([field]) => field.toLowerCase() === name.toLowerCase())?.[1]);
  if (properties.every((name) => mapped(name) === "")) return undefined;
  const [AutoReplyState, audience] = Fault.together(
    () => oneOf("AutoReplyState", mapped("AutoReplyState") || "Enabled", states),
    () => oneOf("ExternalAudience", mapped("ExternalAudience") || "All", audiences),
  );
  const ExternalMessage = asHtml(mapped("ExternalMessage"), format);
  const reply: AutoReply = {
    AutoReplyState,
    InternalMessage: asHtml(mapped("InternalMessage"), format),
    ExternalMessage,
    ExternalAudience: ExternalMessage === "" ? "None" : audience,
  };
  if (AutoReplyState !== "Disabled" && reply.InternalMessage === "")
    throw Fault.invalid(
      "An automatic reply is mapped without an InternalMessage; the service requires one.",
    );
  if (AutoReplyState !== "Scheduled") return reply;
  const [StartTime, EndTime] = Fault.together(
    () => dateIn("StartTime", mapped("StartTime")),
    () => dateIn("EndTime", mapped("EndTime")),
  );
  if (StartTime >= EndTime)
    throw Fault.invalid(
      "A scheduled automatic reply is mapped with an EndTime that is not after its StartTime.",
    );
  return { ...reply, StartTime, EndTime };
}

/**
 * The texts by which a leaver's reply is recognised; undefined when none is mapped. State, audience and times do not
 * identify a reply.
 */
export function leaversReplyFrom(
  fields: readonly Field[],
  format: MessageFormat,
): AutoReply | undefined {
  const texts = fields.filter(
    ([name, value]) => /^(Internal|External)Message$/i.test(name) && value !== null && value !== "",
  );
  return texts.some(([name]) => /^Internal/i.test(name)) ? autoReplyFrom(texts, format) : undefined;
}

/** What `autoReplyOf` sends. */
export const autoReplyLookup: Cmdlets = { "Get-MailboxAutoReplyConfiguration": ["Identity"] };

/** What the service returns as the automatic reply of the mailbox with this Guid. */
export function readingAutoReply(id: string): ExchangeQuery<Row> {
  const command = { cmdlet: "Get-MailboxAutoReplyConfiguration", parameters: { Identity: id } };
  return ({ exchange }) =>
    exactlyOne(exchange, command, { what: `the automatic reply of mailbox ${id}` });
}

/** Where no reply is needed. */
export const noReply: ExchangeQuery<Row> = () => Promise.resolve({});

/**
 * The automatic reply of a mailbox. `reading`: when it was requested together with the mailbox. Throws `missing` when
 * the mailbox no longer exists.
 */
export function autoReplyOf(
  mailbox: Mailbox,
  reading = readingAutoReply(mailbox.Guid),
): ExchangeQuery<PresentReply> {
  const { Guid } = mailbox;
  return readingOf(mailbox, async (targets) => {
    const row = await reading(targets);
    for (const name of properties)
      if (row[name] === undefined)
        throw new Fault({
          kind: "unexpected",
          message:
            `Exchange Online did not return ${name} of the automatic reply of mailbox ${Guid}, so it cannot ` +
            "be compared.",
        });
    // In the form in which they were sent, so that the values before and after a change look alike.
    return {
      ...row,
      InternalMessage: unwrapped(textOf(row["InternalMessage"])),
      ExternalMessage: unwrapped(textOf(row["ExternalMessage"])),
    };
  });
}

/** What a change of `replyChange` sends for any reply, and to turn one off. */
export const autoReplyChange: Cmdlets = {
  "Set-MailboxAutoReplyConfiguration": ["Identity", ...properties],
};
export const autoReplyOff: Cmdlets = {
  "Set-MailboxAutoReplyConfiguration": ["Identity", "AutoReplyState"],
};

/**
 * The change that sets the automatic reply of a mailbox, and the reply afterwards; undefined when it is already as
 * wanted.
 */
export function replyChange(
  mailbox: Mailbox,
  present: PresentReply,
  wanted: AutoReply,
): { change: ExchangeStep; after: Row } | undefined {
  const isOff = !isOn(present);
  if (
    wanted.AutoReplyState === "Disabled"
      ? isOff
      : textOf(present["AutoReplyState"]) === wanted.AutoReplyState &&
        sameReply(present, wanted) &&
        sameTimes(present, wanted)
  )
    return undefined;
  const parameters: Record<string, ParameterValue> = { AutoReplyState: wanted.AutoReplyState };
  if (wanted.AutoReplyState !== "Disabled") {
    Object.assign(parameters, {
      InternalMessage: wanted.InternalMessage,
      ExternalAudience: wanted.ExternalAudience,
    });
    // Null clears a message: an old one that no one gets now would be sent again if someone widened the audience.
    if (wanted.ExternalMessage !== "" || seenOf(textOf(present["ExternalMessage"])) !== "")
      parameters["ExternalMessage"] = wanted.ExternalMessage || null;
    if (wanted.StartTime && wanted.EndTime)
      Object.assign(parameters, { StartTime: wanted.StartTime, EndTime: wanted.EndTime });
  }
  const times =
    wanted.StartTime && wanted.EndTime
      ? `, from ${inUtc(wanted.StartTime)} to ${inUtc(wanted.EndTime)}`
      : "";
  const verb = isOff ? "Switch on" : "Replace";
  const what = wanted.AutoReplyState === "Disabled" ? "Switch off" : verb;
  return {
    change: {
      target: "exchange",
      operation: "Set-MailboxAutoReplyConfiguration",
      parameters: { Identity: mailbox.Guid, ...parameters },
      sentence: `${what} the automatic reply of mailbox ${nameOf(mailbox)}${times}`,
      before: Object.fromEntries(Object.keys(parameters).map((name) => [name, present[name]])),
      isInEffect: async (targets) =>
        replyChange(mailbox, await autoReplyOf(mailbox)(targets), wanted) === undefined,
    },
    after: {
      ...present,
      ...Object.fromEntries(
        Object.entries(parameters).map(([name, value]) => [
          name,
          value instanceof Date ? value.toISOString() : (value ?? ""),
        ]),
      ),
    },
  };
}

function inUtc(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** The properties that `isNeverSent` needs. */
export const forwardingProperties = [
  "ForwardingAddress",
  "ForwardingSmtpAddress",
  "DeliverToMailboxAndForward",
];

/**
 * Whether the mailbox keeps no copy of the mail that it forwards: then no automatic reply is ever sent (reported in
 * KelvinTegelaar/CIPP issue 1549).
 */
export function isNeverSent(mailbox: Mailbox): boolean {
  const isForwarded = ["ForwardingAddress", "ForwardingSmtpAddress"].some(
    (name) => textOf(mailbox[name]) !== "",
  );
  return isForwarded && !booleanProperty(mailbox, "DeliverToMailboxAndForward");
}

/** Whether anyone gets a reply. */
export function isOn(present: PresentReply): boolean {
  return textOf(present["AutoReplyState"]) !== "Disabled";
}

/** Whether everyone gets the reply, with no end: a scheduled one is for a limited time. */
export function isOnForGood(present: PresentReply): boolean {
  return textOf(present["AutoReplyState"]) === "Enabled";
}

/** Whether a reply that is turned on has these texts: anyone who has set another one since wants to keep it. */
export function isThisReply(present: PresentReply, reply: AutoReply): boolean {
  return (
    isOn(present) &&
    sameReply(present, {
      ...reply,
      ExternalAudience: textOf(present["ExternalAudience"]) as AutoReply["ExternalAudience"],
    })
  );
}

function sameReply(present: PresentReply, wanted: AutoReply): boolean {
  return (
    sameHtml(textOf(present["InternalMessage"]), wanted.InternalMessage) &&
    sameHtml(textOf(present["ExternalMessage"]), wanted.ExternalMessage) &&
    textOf(present["ExternalAudience"]) === wanted.ExternalAudience
  );
}

function sameTimes(present: PresentReply, { StartTime, EndTime }: AutoReply): boolean {
  if (!StartTime || !EndTime) return true;
  return (
    timeIn(textOf(present["StartTime"])) === StartTime.getTime() &&
    timeIn(textOf(present["EndTime"])) === EndTime.getTime()
  );
}

/** Empty when the reader would see nothing. */
function asHtml(message: string, format: MessageFormat): string {
  if (format === "html") return seenOf(message) === "" ? "" : message;
  return escapedHtml(message).replace(/\r\n?|\n/g, "<br>\n");
}

function dateIn(name: string, text: string): Date {
  const time = timeIn(text);
  if (Number.isNaN(time))
    throw Fault.invalid(
      `A scheduled automatic reply needs a date and time as ${name}, such as 2026-12-31T17:00:00Z.`,
    );
  return new Date(time);
}
