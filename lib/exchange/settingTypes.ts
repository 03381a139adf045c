import type { setMailboxParameters } from "../generated/mailbox.ts";
import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import type { ParameterValue } from "./client/encoding.ts";
import {
  addressChange,
  hasPlainLocalPart,
  isSmtpAddress,
  plainLocalPart,
} from "../emailAddresses.ts";
import { sameHtml } from "./html.ts";
import { alike, lengthOf, oneOf, shown, wrong } from "../mappedValues.ts";
import { bytesIn, countIn, day, daysIn, secondsIn, timeIn } from "./units.ts";

/** A wanted setting of a mailbox: a parameter of Set-Mailbox with a value of its type. */
export interface Setting {
  /** The name of the parameter, in its own spelling. */
  name: string;
  /** The property that contains the present value. */
  property: string;
  /** The present value in the words of the parameter, if the property uses others. */
  present?(current: unknown): unknown;
  /** Active Directory masters it as well, and has the value already: otherwise the synchronisation would undo it. */
  isSetOnPremises?: true;
  /** The recipients in the value: the service may return them under other names. */
  recipients?: readonly string[];
  /** What to send when the present value differs, and the resulting value; undefined when it does not differ. */
  difference(current: unknown): { send: ParameterValue; after: unknown } | undefined;
}

export type Facts = (typeof setMailboxParameters)[string];

/** The property of a parameter, if it has another name. */
export const readAs: Readonly<Record<string, string>> = {
  Type: "RecipientTypeDetails",
  MicrosoftOnlineServicesID: "UserPrincipalName",
};
/** RecipientTypeDetails by Type; the other types, Workspace and Desk, appear in ResourceType only (inferred). */
const mailboxTypes: Readonly<Record<string, string>> = {
  Regular: "UserMailbox",
  Shared: "SharedMailbox",
  Room: "RoomMailbox",
  Equipment: "EquipmentMailbox",
};

/** Lists whose values are recipients; the catalogue does not distinguish them from lists of texts. */
const namesRecipients =
  /^(AcceptMessagesOnlyFrom|RejectMessagesFrom|BypassModerationFrom|GrantSendOnBehalfTo$|ModeratedBy$)/;

/** A setting with one value, from a text that is not empty. */
export function scalar(
  name: string,
  text: string,
  { type, values, maxLength, range }: Facts,
): Setting {
  if (values) {
    const value = oneOf(name, text, values);
    if (name === "Type") return mailboxType(name, value);
    return plain(name, value, (current) => alike(shown(current), value));
  }
  switch (type) {
    case "Boolean": {
      const value = oneOf(name, text, ["true", "false"]);
      return plain(name, value === "true", (current) => alike(shown(current), value));
    }
    case "Int32":
      return integer(name, text);
    case "ByteQuantifiedSize":
    case "Unlimited":
      return quantity(name, text, type === "Unlimited", range);
    case "DateTime":
      return dateTime(name, text);
    case "EnhancedTimeSpan":
      return timeSpan(name, text);
    case "SmtpAddress":
    case "ProxyAddress":
      return address(name, text);
    default:
      return plainText(name, text, type, maxLength);
  }
}

function integer(name: string, text: string): Setting {
  const value = /^-?\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(Math.abs(value) < 2 ** 31)) throw wrong(name, text, "a whole number");
  return plain(name, value, (current) => shown(current) === String(value));
}

function dateTime(name: string, text: string): Setting {
  const time = timeIn(text);
  if (Number.isNaN(time)) throw wrong(name, text, "a date and time such as 2026-12-31T17:00:00Z");
  return {
    name,
    property: name,
    difference: (current) =>
      timeIn(shown(current)) === time
        ? undefined
        : { send: new Date(time), after: new Date(time).toISOString() },
  };
}

function timeSpan(name: string, text: string): Setting {
  const seconds = secondsIn(text);
  if (seconds === undefined)
    throw wrong(name, text, "a number of days, or days.hours:minutes:seconds");
  const timeOfDay = new Date((seconds % day) * 1000).toISOString().slice(11, 19);
  const value = `${Math.floor(seconds / day)}.${timeOfDay}`;
  return plain(name, value, (current) => secondsIn(shown(current)) === seconds);
}

function address(name: string, text: string): Setting {
  const value = withoutPrefix(text);
  if (!isSmtpAddress(value)) throw wrong(name, text, "an email address such as name@contoso.com");
  if (name !== "ForwardingSmtpAddress" && !hasPlainLocalPart(value))
    throw wrong(name, text, plainLocalPart);
  return plain(name, value, (current) => alike(withoutPrefix(shown(current)), value));
}

/** A setting with a text, or the name of something. */
export function plainText(
  name: string,
  text: string,
  type: string,
  maxLength: number | undefined,
): Setting {
  if (maxLength !== undefined && lengthOf(text) > maxLength)
    throw Fault.invalid(
      `The mapping of ${name} yields ${lengthOf(text)} characters (${quoted(text)}); expected at most ${maxLength}.`,
    );
  if (name === "MailTip") return plain(name, text, (current) => sameHtml(shown(current), text));
  if (type === "String") return plain(name, text, (current) => shown(current) === text);
  // A value of any other type is a name, such as a policy or a recipient. Names are not case-sensitive.
  const setting = plain(name, text, (current) => alike(shown(current), text));
  return type === "RecipientIdParameter" ? { ...setting, recipients: [text] } : setting;
}

/** A setting with one value, which replaces the present value unless `isSame`. */
export function plain(
  name: string,
  value: string | number | boolean | null,
  isSame: (current: unknown) => boolean,
): Setting {
  return {
    name,
    property: readAs[name] ?? name,
    difference: (current) => (isSame(current) ? undefined : { send: value, after: value }),
  };
}

function mailboxType(name: string, value: string): Setting {
  const reads = mailboxTypes[value];
  const property = reads === undefined ? "ResourceType" : "RecipientTypeDetails";
  const present = (current: unknown): unknown =>
    Object.entries(mailboxTypes).find(([, type]) => alike(type, shown(current)))?.[0] ?? current;
  return {
    name,
    property,
    present,
    difference: (current) =>
      alike(shown(current), reads ?? value) ? undefined : { send: value, after: reads ?? value },
  };
}

/** The mapped values become the list. */
export function list(
  name: string,
  mapped: readonly string[],
  { type, values }: Facts,
): Setting | undefined {
  // An empty list would turn off auditing, or leave no command.
  if (mapped.length === 0 && (values || type === "String[]")) return undefined;
  const typed = values ? mapped.map((text) => oneOf(name, text, values)) : mapped;
  // The service refuses a list that contains a value twice.
  const wanted = typed.filter(
    (value, index) => typed.findIndex((other) => alike(other, value)) === index,
  );
  const setting: Setting = {
    name,
    property: name,
    difference: (current) =>
      sameList(wanted, current)
        ? undefined
        : { send: wanted.length === 0 ? null : wanted, after: wanted },
  };
  return namesRecipients.test(name) ? { ...setting, recipients: wanted } : setting;
}

/** The setting EmailAddresses: existing addresses stay. */
export function addresses(name: string, wanted: string[]): Setting | undefined {
  if (wanted.length === 0) return undefined;
  addressChange([], wanted, name); // throws for a wrong mapping before anything is read
  return {
    name,
    property: name,
    difference(current) {
      const present = Array.isArray(current) ? current.map(shown) : [];
      const change = addressChange(present, wanted, name);
      return change && { send: change.delta, after: change.after };
    },
  };
}

/**
 * The service returns sizes as `49.5 GB (53,150,220,288 bytes)`, durations as `365.00:00:00`, and both as
 * `Unlimited`.
 */
function quantity(
  name: string,
  text: string,
  canBeUnlimited: boolean,
  range: readonly number[] | undefined,
): Setting {
  // A count has a maximum in the cloud.
  const orUnlimited = canBeUnlimited && range === undefined;
  if (orUnlimited && alike(text, "Unlimited"))
    return plain(name, "Unlimited", (current) => alike(shown(current), "Unlimited"));
  const [low = 0, high = Infinity] = range ?? [];
  const { measure, what } = measureOf(name, range);
  // The service takes a bare number for bytes, which no one means: "50" would stop all mail.
  const amount = measure === bytesIn && /^\d+$/.test(text) ? undefined : measure(text);
  if (amount === undefined || amount < low || amount > high)
    throw wrong(name, text, orUnlimited ? `${what}, or Unlimited` : what);
  // A whole size is sent as written, which the service accepts; whether it accepts fractions is unknown.
  const send = measure === bytesIn && /^\d+ ?[KMGT]?B$/i.test(text) ? text : String(amount);
  return plain(name, send, (current) => measure(shown(current)) === amount);
}

interface Measure {
  measure(text: string): number | undefined;
  what: string;
}

function measureOf(name: string, range: readonly number[] | undefined): Measure {
  if (name === "LitigationHoldDuration") return { measure: daysIn, what: "a number of days" };
  if (!range) return { measure: bytesIn, what: "a size with its unit, such as 50 GB" };
  const [low = 0, high = Infinity] = range;
  return { measure: countIn, what: `a whole number from ${low} to ${high}` };
}

function sameList(wanted: readonly string[], current: unknown): boolean {
  const sorted = (values: readonly string[]): string => JSON.stringify([...values].sort());
  return (
    sorted(wanted) ===
    sorted(
      (Array.isArray(current) ? current : [current]).map(shown).filter((value) => value !== ""),
    )
  );
}

function withoutPrefix(address: string): string {
  return address.replace(/^smtp:/i, "");
}
