/**
 * The mailbox of an account of Active Directory. Two systems master its attributes: which one is decided for each
 * mailbox and attribute, from IsDirSynced and IsExchangeCloudManaged.
 */
import type { DirectoryTarget } from "../activeDirectory/target.ts";
import { nameOf, type User } from "../activeDirectory/user.ts";
import { attributesFor, differenceOf, whyNotHidden } from "../activeDirectory/userChange.ts";
import type { Key } from "../activeDirectory/userCreation.ts";
import { userAttributeNames } from "../activeDirectory/userAttributes.ts";
import { remoteMailboxAttributes, remoteMailboxValues } from "../activeDirectory/remoteMailbox.ts";
import { userValuesFrom, type UserValues } from "../activeDirectory/userValues.ts";
import { primaryAmong } from "../emailAddresses.ts";
import {
  autoReplyChange,
  autoReplyFrom,
  autoReplyLookup,
  autoReplyOf,
  forwardingProperties,
  isOfReply,
  partedFields,
  type AutoReply,
  type MessageFormat,
  type PresentReply,
} from "../exchange/autoReply.ts";
import { synchronisationOf, type Mailbox } from "../exchange/mailbox.ts";
import { applyWithReply } from "../exchange/leaversReply.ts";
import { propertiesFor, settingsChange } from "../exchange/mailboxChange.ts";
import { nameOf as mailboxName } from "../exchange/naming.ts";
import { masteredAs, settingMasteredBy } from "../exchange/onPremisesAttributes.ts";
import { settingsFrom } from "../exchange/settings.ts";
import type { Setting } from "../exchange/settingTypes.ts";
import { cmdlets, type ExchangeTarget } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import { setMailboxParameters } from "../generated/mailbox.ts";
import { operations, type GraphTarget } from "../graph/target.ts";
import { nameOf as userName } from "../graph/user.ts";
import { alike, listOf, oneOf, shown } from "../mappedValues.ts";
import type { Gate, Needs } from "../step.ts";
import { linkedUser, linkLookup } from "./hybridLink.ts";
import { mailboxFields, mailboxOf, mailboxOfUser, ofMailbox } from "./exchangeOnline.ts";

export type HybridTargets = DirectoryTarget & ExchangeTarget & GraphTarget;

/** What is sent to the cloud. */
export const cloudNeeds: Needs<ExchangeTarget & GraphTarget> = {
  graph: operations(linkLookup),
  exchange: cmdlets(mailboxOfUser, settingsChange, autoReplyLookup, autoReplyChange),
};

type Field = readonly [name: string, value: unknown];

/** A mapped attribute of a mailbox, by the name that it has in each system. */
export interface MailboxField {
  /** As mapped: an attribute of Active Directory, or `exchangeOnline.` and a setting. */
  field: string;
  setting: string;
  value: unknown;
  /** The same in Active Directory, as mapped fields; undefined when no attribute that the connector writes is it. */
  attributes: readonly Field[] | undefined;
  /** It is not mapped. */
  isDefault?: true;
}

/** What is wanted of a mailbox. */
export interface WantedMailbox {
  fields: readonly MailboxField[];
  /** Undefined: it stays as it is. */
  reply: AutoReply | undefined;
}

/** Nothing is wanted of it. */
export const noMailbox: WantedMailbox = { fields: [], reply: undefined };

const prefix = "exchangeOnline.";

/**
 * What the mapped fields want of a mailbox. Throws an `invalid` fault for a setting that does not exist or has no
 * usable value, for an automatic reply that cannot be set, and when one attribute is mapped by both of its names.
 */
export function wantedOfMailbox(fields: readonly Field[], format: MessageFormat): WantedMailbox {
  const { replyFields, otherFields } = partedFields(mailboxFields(fields));
  const [reply, all] = Fault.together(
    () => autoReplyFrom(replyFields, format),
    () => mailboxFieldsFrom(fields, otherFields),
  );
  return { fields: all, reply };
}

/** `mapped`: the fields of Exchange Online among the others, without their prefix. */
function mailboxFieldsFrom(fields: readonly Field[], mapped: readonly Field[]): MailboxField[] {
  const own = fields.flatMap(([name, value]): MailboxField[] => {
    const attribute = userAttributeNames.find(
      (known) => known.toLowerCase() === name.toLowerCase(),
    );
    const setting = attribute === undefined ? undefined : settingMasteredBy(attribute);
    if (attribute === undefined || setting === undefined) return [];
    return [{ field: attribute, setting, value, attributes: [[attribute, value]] }];
  });
  settingsFrom(mapped); // throws for wrong mappings before anything is read
  const online = mapped.flatMap(([name, value]) =>
    // None without a value of a setting that is never empty.
    settingsFrom([[name, value]]).map(({ name: setting }) => ({
      field: prefix + setting,
      setting,
      value,
      attributes: attributesOf(setting, value),
    })),
  );
  for (const { field } of online) for (const other of own) assertMappedOnce(other.field, field);
  return [...own, ...online];
}

/** Throws an `invalid` fault when an attribute and a setting are the same of a mailbox. */
export function assertMappedOnce(attribute: string, field: string): void {
  const setting = field.slice(prefix.length);
  const isOfAddresses = isAddress(setting) && !alike(attribute, "mail");
  const own = userAttributeNames.find((known) => alike(known, attribute));
  const other = own === undefined ? undefined : settingMasteredBy(own);
  if (other === undefined || !(isOfAddresses ? isAddress(other) : alike(other, setting))) return;
  throw Fault.invalid(
    `${attribute} and ${field} are both mapped, and are the same attribute of a mailbox; map only one of them.`,
  );
}

/** The same with the visibility in the address lists, unless it is mapped. */
export function withVisibility(
  { fields, reply }: WantedMailbox,
  isVisible: boolean,
): WantedMailbox {
  const setting = "HiddenFromAddressListsEnabled";
  if (fields.some((one) => one.setting === setting)) return { fields, reply };
  const value = String(!isVisible);
  const attributes = attributesOf(setting, value);
  return {
    fields: [...fields, { field: prefix + setting, setting, value, attributes, isDefault: true }],
    reply,
  };
}

function isAddress(setting: string): boolean {
  return /^(EmailAddresses|WindowsEmailAddress)$/i.test(setting);
}

/** A setting as fields of Active Directory; undefined when the connector writes no attribute that is it. */
function attributesOf(setting: string, value: unknown): Field[] | undefined {
  if (setting === "EmailAddresses") {
    const primary = primaryAmong(listOf(setting, value));
    return [
      ["proxyAddresses", value],
      ...(primary === undefined ? [] : [["mail", primary] as const]),
    ];
  }
  if (setting === "WindowsEmailAddress") {
    const address = shown(value)
      .trim()
      .replace(/^smtp:/i, "");
    return [
      ["proxyAddresses", `SMTP:${address}`],
      ["mail", address],
    ];
  }
  const attribute = masteredAs(setting, onPremises);
  return userAttributeNames.some((name) => name === attribute)
    ? [[String(attribute), value]]
    : undefined;
}

/** An account that is not in the cloud yet is as the synchronisation will bring it. */
const onPremises = { isDirSynced: true, isExchangeCloudManaged: false };

/** The values of these fields in Active Directory. */
export function directoryValues(fields: readonly MailboxField[]): UserValues {
  const pairs = fields.flatMap(({ attributes = [] }) => attributes);
  // An attribute that is mapped by its own name counts, and not the one that follows from an address.
  const last = new Map(pairs.map(([name, value]) => [name, value]));
  for (const { field, value } of fields) if (last.has(field)) last.set(field, value);
  return userValuesFrom([...last]);
}

/** The settings of these fields in Exchange Online, where the primary address among all sets the attribute mail. */
function onlineSettings(fields: readonly MailboxField[]): Setting[] {
  const hasAddresses = fields.some(({ setting }) => setting === "EmailAddresses");
  return settingsFrom(
    fields
      .filter(({ setting }) => !hasAddresses || setting !== "WindowsEmailAddress")
      .map(({ setting, value }) => [setting, value]),
  );
}

/** The attributes to read of an account before its mailbox can be looked up and these fields compared. */
export function attributesForMailbox(fields: readonly MailboxField[]): Key["attribute"][] {
  const hasType = fields.some(({ setting }) => setting === "Type");
  return [
    "mS-DS-ConsistencyGuid",
    ...(hasType ? remoteMailboxAttributes : []),
    ...attributesFor(directoryValues(fields)),
  ];
}

/** The mailbox of an account; without one, why there is none. */
interface Cloud {
  mailbox: Mailbox | undefined;
  /** Its automatic reply, if that is mapped. */
  reply: PresentReply | undefined;
  why: string;
}

type Ways = Pick<Gate<HybridTargets>, "read" | "changeAll">;

/**
 * What the cloud has of an account. `names`: all mapped fields of the mailbox. The user was read with
 * `attributesForMailbox`.
 */
async function cloudOf(
  user: User,
  { fields, reply }: WantedMailbox,
  names: readonly string[],
  { read }: Pick<Ways, "read">,
): Promise<Cloud> {
  const linked = await read(linkedUser(user));
  if (!linked)
    return { ...noCloud, why: "Entra ID shows no user that is linked to the account yet" };
  const properties = [
    ...propertiesFor(onlineSettings(fields)),
    ...["IsDirSynced", "IsExchangeCloudManaged"],
    ...(reply ? forwardingProperties : []),
    ...names,
  ];
  const mailbox = await read(mailboxOf(linked, [...new Set(properties)]));
  if (!mailbox) return { ...noCloud, why: `user ${userName(linked)} of Entra ID has no mailbox` };
  const isRead = reply !== undefined || names.some(isOfReply);
  return { mailbox, reply: isRead ? await read(autoReplyOf(mailbox)) : undefined, why: "" };
}

const noCloud = { mailbox: undefined, reply: undefined };

/** What is to be set in each system. */
interface Division {
  /** In Active Directory. */
  values: UserValues;
  /** In Exchange Online. */
  settings: readonly Setting[];
  /** The fields that Active Directory masters, and those that Exchange Online does. */
  ofDirectory: readonly MailboxField[];
  ofOnline: readonly MailboxField[];
  /** Settings that can only be set when there is a mailbox. */
  waiting: readonly MailboxField[];
  /** Why the type of the mailbox is not changed, which both systems master. */
  refused?: Fault;
}

/** Who masters what. */
function dividedBy(
  mailbox: Mailbox | undefined,
  fields: readonly MailboxField[],
  user: User,
): Division {
  if (!mailbox) {
    // Without mailNickname it never had a mailbox, so it is in no address list.
    const isInNoList = user["mailNickname"] === null;
    const ofDirectory = fields.filter(
      ({ attributes, isDefault }) => attributes && !(isDefault && isInNoList),
    );
    return {
      values: directoryValues(ofDirectory),
      settings: [],
      ofDirectory,
      ofOnline: [],
      waiting: fields.filter(({ attributes }) => !attributes),
    };
  }
  const sync = synchronisationOf(mailbox);
  // What Active Directory masters, and the connector writes no attribute for, is refused as a change of the mailbox.
  const isOfDirectory = ({ setting, attributes }: MailboxField): boolean =>
    attributes !== undefined && masteredAs(setting, sync) !== undefined;
  const ofDirectory = fields.filter(isOfDirectory);
  const ofOnline = fields.filter((one) => !isOfDirectory(one));
  const type = ofOnline.find(({ setting }) => setting === "Type");
  const division = { ofDirectory, ofOnline, waiting: [] };
  const settings = onlineSettings(ofOnline);
  const values = directoryValues(ofDirectory);
  if (!type || masteredAs("Type", sync) === undefined) return { ...division, values, settings };
  try {
    const remote = remoteMailboxValues(user, typeOf(type));
    return {
      ...division,
      values: { ...values, ...remote },
      settings: settings.map((one) =>
        one.name === "Type" && remote ? { ...one, isSetOnPremises: true } : one,
      ),
    };
  } catch (thrown) {
    const others = settings.filter(({ name }) => name !== "Type");
    return { ...division, values, settings: others, refused: Fault.of(thrown) };
  }
}

/** The Type in the spelling of the cmdlet. */
function typeOf({ value }: MailboxField): string {
  return oneOf("Type", shown(value).trim(), setMailboxParameters["Type"]?.values ?? []);
}

/** What is to be known of an event beside what is wanted. */
export interface Asked {
  /** The names of all mapped fields. */
  fields: readonly string[];
  /** Whether the connection has Exchange Online (exchangeOnlineIntegration). */
  hasExchange: boolean;
  /** An automatic reply that is on for good is kept (ExistingAutoReply). */
  keepsReply: boolean;
}

interface Form {
  exchangeOnlineIntegration?: boolean | undefined;
  ExistingAutoReply?: "replace" | "keep" | undefined;
}

/** The same from the form. */
export function askedOf(
  fields: readonly string[],
  { exchangeOnlineIntegration, ExistingAutoReply }: Form,
): Asked {
  return {
    fields,
    hasExchange: exchangeOnlineIntegration === true,
    keepsReply: ExistingAutoReply === "keep",
  };
}

/** Throws an `invalid` fault when the connection has no Exchange Online, where a set cannot do without it. */
export function assertHasExchange({ exchangeOnlineIntegration }: Form): void {
  if (exchangeOnlineIntegration === true) return;
  throw Fault.invalid(
    'This permission is one of Exchange Online, and "Exchange Online" (exchangeOnlineIntegration) is off; expected ' +
      "it to be on.",
  );
}

/** What became of the attributes of a mailbox. */
export interface Applied {
  /** The user as it is afterwards. */
  user: User;
  /** The fields of the mailbox before and afterwards, under their names. */
  before: Readonly<Record<string, unknown>>;
  after: Readonly<Record<string, unknown>>;
  /** What waits, for the audit log. */
  audit: { Message: string }[];
}

/**
 * Looks at the mailbox of an account, and sets its attributes in the system that masters each. A refusal of one does
 * not stop the others. What the synchronisation has to bring first is told, and not waited for. The user was read with
 * `attributesForMailbox`.
 */
export async function applyMailbox(
  user: User,
  wanted: WantedMailbox,
  { fields: names, keepsReply }: Pick<Asked, "fields" | "keepsReply">,
  { read, changeAll }: Ways,
): Promise<Applied> {
  const own = names
    .filter((name) => ofMailbox.test(name))
    .map((name) => name.replace(ofMailbox, ""));
  const { mailbox, reply, why } = await cloudOf(user, wanted, own, { read });
  const division = dividedBy(mailbox, wanted.fields, user);
  const { steps, after } = differenceOf(user, division.values);
  const faults: Fault[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | undefined> =>
    await work.catch((thrown: unknown) => void faults.push(Fault.of(thrown)));
  await attempt(changeAll(steps));
  // The synchronisation would undo a type that Active Directory does not have.
  const settings = division.settings.filter(
    ({ isSetOnPremises }) => !isSetOnPremises || faults.length === 0,
  );
  const replying = { wanted: wanted.reply, present: reply, keepsExisting: keepsReply };
  const online =
    mailbox && (await attempt(applyWithReply(mailbox, settings, replying, { read, changeAll })));
  if (division.refused) faults.push(division.refused);
  const fault = faults.find(({ kind }) => kind !== "missing") ?? faults[0];
  if (fault) throw fault;
  const written = steps.flatMap(({ parameters }) => Object.keys(parameters));
  const sentence = mailbox
    ? pendingSentence(mailbox, division, written)
    : waitingSentence(user, { fields: division.waiting, reply: wanted.reply }, why);
  const warning =
    division.values.msExchHideFromAddressLists === true ? whyNotHidden(after) : undefined;
  return {
    user: after,
    before: mailboxShown(user, online?.before, division),
    after: mailboxShown(after, online?.after, division),
    audit: [
      ...(warning === undefined ? [] : [{ Message: warning }]),
      ...(online?.audit ?? []),
      ...(sentence === undefined ? [] : [{ Message: sentence }]),
    ],
  };
}

/** What is told of settings that the next event sets; undefined when none waits. */
export function waitingSentence(
  user: User,
  { fields, reply }: WantedMailbox,
  why: string,
): string | undefined {
  const names = [...fields.map(({ field }) => field), ...(reply ? ["The automatic reply"] : [])];
  if (names.length === 0) return undefined;
  return (
    `${names.join(", ")} of ${nameOf(user)}: not set, because ${why}. The next event of the account sets what is ` +
    "mapped."
  );
}

/**
 * What Active Directory has and Exchange Online does not show yet, as a sentence; undefined when it shows all.
 * `written`: the attributes that this run has written, which their step tells.
 */
function pendingSentence(
  mailbox: Mailbox,
  { ofDirectory }: Division,
  written: readonly string[],
): string | undefined {
  const isWritten = ({ attributes = [] }: MailboxField): boolean =>
    attributes.some(([name]) => written.includes(name));
  const names = onlineSettings(ofDirectory.filter((one) => !isWritten(one)))
    .filter(({ property, difference }) => difference(mailbox[property]) !== undefined)
    .map(({ name }) => name);
  if (names.length === 0) return undefined;
  return (
    `Mailbox ${mailboxName(mailbox)} does not show ${names.join(", ")} as Active Directory has it yet: ` +
    "Exchange Online follows with the next synchronisation."
  );
}

/** The fields of a mailbox under the names that were mapped, from the system that masters each. */
function mailboxShown(
  user: Readonly<Record<string, unknown>>,
  mailbox: Readonly<Record<string, unknown>> | undefined,
  { ofDirectory, ofOnline, waiting }: Division,
): Record<string, unknown> {
  const exchangeOnline: Record<string, unknown> = { ...mailbox };
  const attributes: Record<string, unknown> = {};
  for (const { field } of waiting) exchangeOnline[field.slice(prefix.length)] = null;
  for (const { field, setting, attributes: own = [] } of ofDirectory)
    if (field.startsWith(prefix)) exchangeOnline[setting] = user[own[0]?.[0] ?? ""] ?? null;
  for (const { field, setting } of ofOnline) {
    // The primary address shows there, whichever setting has set it.
    const value = mailbox?.[setting === "WindowsEmailAddress" ? "PrimarySmtpAddress" : setting];
    if (!field.startsWith(prefix))
      attributes[field] = Array.isArray(value) ? value : shown(value) || null;
  }
  return { ...attributes, exchangeOnline };
}
