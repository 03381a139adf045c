import { Fault } from "../fault.ts";
import { nearestName } from "../nearestName.ts";
import { setMailboxParameters } from "../generated/mailbox.ts";
import { addressChange, isSmtpAddress } from "./emailAddresses.ts";
import type { ParameterValue } from "./client/encoding.ts";
import { sameHtml } from "./html.ts";
import { bytesIn, countIn, day, daysIn, secondsIn, timeIn } from "./units.ts";

/** One setting of a mailbox as it should be: a parameter of Set-Mailbox with a value of its type. */
export interface Setting {
  /** The parameter's own spelling. */
  name: string;
  /** The property that shows the present value. */
  property: string;
  /** The present value in the parameter's own words, where the property has others. */
  present?(current: unknown): unknown;
  /** The recipients that the value names: they are read back by another name than they may have been given by. */
  recipients?: readonly string[];
  /** What to send when the present value differs, and the value it then has; undefined when it is as it should be. */
  difference(current: unknown): { send: ParameterValue; after: unknown } | undefined;
}

type Facts = (typeof setMailboxParameters)[string];

/** Parameters whose value is read under another name. */
const readAs: Readonly<Record<string, string>> = {
  Type: "RecipientTypeDetails",
  MicrosoftOnlineServicesID: "UserPrincipalName",
};
/** What a Type reads as; the others, Workspace and Desk, show in ResourceType only (inferred). */
const mailboxTypes: Readonly<Record<string, string>> = {
  Regular: "UserMailbox",
  Shared: "SharedMailbox",
  Room: "RoomMailbox",
  Equipment: "EquipmentMailbox",
};

/** Texts that a mailbox cannot be without, or that only the service empties. */
const neverEmpty = [
  "Alias",
  "DisplayName",
  "Name",
  "ImmutableId",
  "MailboxRegion",
  "EnforcedTimestamps",
];
/** What is no text and yet can be emptied (documented). */
const alsoEmpty = ["ForwardingAddress", "ForwardingSmtpAddress"];

/** Lists whose values are recipients; the catalogue does not tell them from lists of texts. */
const namesRecipients =
  /^(AcceptMessagesOnlyFrom|RejectMessagesFrom|BypassModerationFrom|GrantSendOnBehalfTo$|ModeratedBy$)/;

const names = new Map(Object.keys(setMailboxParameters).map((name) => [name.toLowerCase(), name]));
/** Properties that are set by a parameter of another name. */
const setBy = new Map(
  [...Object.entries(readAs), ["EmailAddresses", "PrimarySmtpAddress"] as const].map(
    ([name, property]) => [property.toLowerCase(), name],
  ),
);

/**
 * The settings that mapped fields ask for, typed by the cmdlet catalogue: the mapping can only give texts and lists of texts.
 * A field without a value empties a text or a list, and leaves alone what cannot be empty. Throws one `invalid` fault that tells every
 * field that is no parameter of Set-Mailbox or has no usable value.
 */
export function settingsFrom(
  fields: readonly (readonly [name: string, value: unknown])[],
): Setting[] {
  const faults: string[] = [];
  const settings: Setting[] = [];
  for (const [field, value] of fields) {
    const name = names.get(field.toLowerCase());
    if (name === undefined) {
      faults.push(`${field} is mapped, but is no setting of a mailbox${nearest(field)}.`);
      continue;
    }
    try {
      const setting = settingOf(name, value);
      if (setting) settings.push(setting);
    } catch (thrown) {
      faults.push(Fault.of(thrown).message);
    }
  }
  if (
    settings.some(({ name }) => name === "EmailAddresses") &&
    settings.some(({ name }) => name === "WindowsEmailAddress")
  )
    faults.push(
      "EmailAddresses and WindowsEmailAddress are both mapped, and both decide the primary address; map one of them.",
    );
  if (faults.length > 0) throw Fault.invalid(faults.join(" "));
  return settings;
}

function settingOf(name: string, mapped: unknown): Setting | undefined {
  const facts = setMailboxParameters[name] ?? { type: "" };
  if (facts.type === "ProxyAddressCollection") return addresses(name, listOf(name, mapped));
  if (facts.type === "MultiValuedProperty" || facts.type === "String[]")
    return list(name, listOf(name, mapped), facts);
  const text = mappedText(name, mapped);
  if (text !== "") return scalar(name, text, facts);
  const canBeEmpty =
    facts.type === "String" ? !neverEmpty.includes(name) : alsoEmpty.includes(name);
  return canBeEmpty ? plain(name, null, (current) => shown(current) === "") : undefined;
}

function scalar(name: string, text: string, { type, values, maxLength, range }: Facts): Setting {
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
    case "Int32": {
      const value = /^-?\d{1,10}$/.test(text) ? Number(text) : NaN;
      if (!(Math.abs(value) < 2 ** 31)) throw wrong(name, text, "a whole number");
      return plain(name, value, (current) => shown(current) === String(value));
    }
    case "ByteQuantifiedSize":
    case "Unlimited":
      return quantity(name, text, type === "Unlimited", range);
    case "DateTime": {
      const time = timeIn(text);
      if (Number.isNaN(time))
        throw wrong(name, text, "a date and time such as 2026-12-31T17:00:00Z");
      return {
        name,
        property: name,
        difference: (current) =>
          timeIn(shown(current)) === time
            ? undefined
            : { send: new Date(time), after: new Date(time).toISOString() },
      };
    }
    case "EnhancedTimeSpan": {
      const seconds = secondsIn(text);
      if (seconds === undefined)
        throw wrong(name, text, "a number of days, or days.hours:minutes:seconds");
      const value = `${Math.floor(seconds / day)}.${new Date((seconds % day) * 1000).toISOString().slice(11, 19)}`;
      return plain(name, value, (current) => secondsIn(shown(current)) === seconds);
    }
    case "SmtpAddress":
    case "ProxyAddress": {
      const address = withoutPrefix(text);
      if (!isSmtpAddress(address))
        throw wrong(name, text, "an e-mail address such as name@contoso.com");
      return plain(name, address, (current) => alike(withoutPrefix(shown(current)), address));
    }
    default:
      if (maxLength !== undefined && lengthOf(text) > maxLength)
        throw wrong(name, text, `at most ${maxLength}`);
      if (name === "MailTip") return plain(name, text, (current) => sameHtml(shown(current), text));
      if (type === "String") return plain(name, text, (current) => shown(current) === text);
      // What is no text names something: a policy, a recipient, a level. In a name case does not count.
      return {
        ...plain(name, text, (current) => alike(shown(current), text)),
        ...(type === "RecipientIdParameter" && { recipients: [text] }),
      };
  }
}

function plain(
  name: string,
  value: string | number | boolean | null,
  isSo: (current: unknown) => boolean,
): Setting {
  return {
    name,
    property: readAs[name] ?? name,
    difference: (current) => (isSo(current) ? undefined : { send: value, after: value }),
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
function list(
  name: string,
  mapped: readonly string[],
  { type, values }: Facts,
): Setting | undefined {
  // Empty, these would be no audit at all, and no command.
  if (mapped.length === 0 && (values || type === "String[]")) return undefined;
  const typed = values ? mapped.map((text) => oneOf(name, text, values)) : mapped;
  // The service refuses a value that is in a list twice.
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

function addresses(name: string, wanted: string[]): Setting | undefined {
  if (wanted.length === 0) return undefined;
  addressChange([], wanted); // what is wrong in the mapping is said before anything is read
  return {
    name,
    property: name,
    difference(current) {
      const change = addressChange(Array.isArray(current) ? current.map(shown) : [], wanted);
      return change && { send: change.delta, after: change.after };
    },
  };
}

/** Sizes are read back as `49.5 GB (53,150,220,288 bytes)`, durations as `365.00:00:00`, and either as `Unlimited`. */
function quantity(
  name: string,
  text: string,
  canBeUnlimited: boolean,
  range: readonly number[] | undefined,
): Setting {
  // Of a count, the cloud has a highest.
  const orUnlimited = canBeUnlimited && range === undefined;
  if (orUnlimited && alike(text, "Unlimited"))
    return plain(name, "Unlimited", (current) => alike(shown(current), "Unlimited"));
  const [low = 0, high = Infinity] = range ?? [];
  const [measure, what] =
    name === "LitigationHoldDuration"
      ? [daysIn, "a number of days"]
      : range
        ? [countIn, `a whole number from ${low} to ${high}`]
        : [bytesIn, "a size such as 50 GB"];
  const amount = measure(text);
  if (amount === undefined || amount < low || amount > high)
    throw wrong(name, text, orUnlimited ? `${what}, or Unlimited` : what);
  // A size goes as it is written while the service is known to read it so: of fractions it is not.
  const send = measure === bytesIn && /^\d+ ?[KMGT]?B$/i.test(text) ? text : String(amount);
  return plain(name, send, (current) => measure(shown(current)) === amount);
}

/** A list mapped as one, or as one text: then a semicolon or a line break parts it, because names hold commas. */
function listOf(name: string, mapped: unknown): string[] {
  const parts = Array.isArray(mapped)
    ? mapped.map((part) => mappedText(name, part))
    : mappedText(name, mapped).split(/[;\r\n]+/);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
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

/** A mapped value as text; empty when there is none. Throws an `invalid` fault for what is no text. */
export function mappedText(name: string, mapped: unknown): string {
  if (typeof mapped === "object" && mapped !== null)
    throw Fault.invalid(
      `The mapping of ${name} gives ${Array.isArray(mapped) ? "a list" : "an object"}; expected one text.`,
    );
  return shown(mapped).trim();
}

function shown(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}

/** The allowed value that a mapped text means, in its own spelling. Throws an `invalid` fault when there is none. */
export function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => alike(value, text));
  if (found === undefined)
    throw wrong(
      name,
      text,
      `${allowed.length > 2 ? "one of " : ""}${allowed.join(allowed.length > 2 ? ", " : " or ")}`,
    );
  return found;
}

function alike(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function withoutPrefix(address: string): string {
  return address.replace(/^smtp:/i, "");
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Never the value: it may be nobody's business. */
function wrong(name: string, text: string, expected: string): Fault {
  return Fault.invalid(
    `The mapping of ${name} gives a text of ${lengthOf(text)} characters; expected ${expected}.`,
  );
}

/** The parameter that is meant, or whose name is most like the one that was mapped. */
function nearest(field: string): string {
  const other = setBy.get(field.toLowerCase());
  if (other !== undefined) return `; it is set by ${other}`;
  const name = nearestName(field, [...names.values()]);
  return name === undefined ? "" : `; the nearest is ${name}`;
}
