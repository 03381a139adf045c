/** What the account actions of Entra ID agree on: a user, and the mailbox that belongs to it. */
import type { Mailbox } from "../exchange/mailbox.ts";
import {
  applySettings,
  propertiesFor as mailboxPropertiesFor,
  settingsChange,
} from "../exchange/mailboxChange.ts";
import { nameOf as mailboxName } from "../exchange/naming.ts";
import { settingsFrom } from "../exchange/settings.ts";
import type { Setting } from "../exchange/settingTypes.ts";
import { cmdlets, type ExchangeTarget } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import { operations, type GraphStep, type GraphTarget } from "../graph/target.ts";
import { nameOf, userById, userLookup, type User } from "../graph/user.ts";
import {
  applyValues,
  propertiesFor,
  revokingSessions,
  sessionsValidFrom,
  userChange,
  type UserValues,
} from "../graph/userChange.ts";
import { propertiesAmong, userValuesFrom, type Field } from "../graph/userFields.ts";
import { extensionAttributes, userProperties } from "../graph/userProperties.ts";
import type { Changed } from "../host/accountActions.ts";
import { isRecord } from "../record.ts";
import type { Gate, Needs, Operations } from "../step.ts";
import {
  ignoredFields,
  mailboxFields,
  mailboxOf,
  mailboxOfUser,
  ofMailbox,
} from "./exchangeOnline.ts";

export type EntraTargets = ExchangeTarget & GraphTarget;

/** What an action that changes an account sends. `more`: what it sends to Graph in addition. */
export function changeNeeds(...more: readonly Operations[]): Needs<EntraTargets> {
  return {
    graph: operations(userLookup, userChange(Object.keys(userProperties)), ...more),
    exchange: cmdlets(mailboxOfUser, settingsChange),
  };
}

/** What an account should be, by who keeps it. */
export interface Wanted {
  /** Properties of the user. */
  values: UserValues;
  /** Settings of the mailbox. */
  settings: readonly Setting[];
}

/** Nothing is changed: the account is only read. */
export const nothing: Wanted = { values: {}, settings: [] };

/** Fields that actions read themselves: the manager is a reference, the password is set when a user is created. */
const ofAction = /^(id|managerId|passwordProfile\..*)$/i;

/**
 * What the mapped fields ask for: `exchangeOnline.*` are settings of the mailbox, all others are properties of the
 * user, by Microsoft's names. Throws one `invalid` fault for all fields that cannot be used.
 */
export function wantedFrom(fields: readonly Field[]): Wanted {
  const [values, settings] = Fault.together(
    () => userValuesFrom(fields.filter(([name]) => !ofMailbox.test(name) && !ofAction.test(name))),
    () => settingsFrom(mailboxFields(fields)),
  );
  return { values, settings };
}

/** A user, its mailbox if it has one that was asked for, and what is wanted of each. */
export interface Account {
  user: User;
  mailbox: Mailbox | undefined;
  wanted: Wanted;
  /** Mapped fields of a mailbox that the connection does not change. */
  ignored?: readonly string[];
  /** What Exchange Online masters and cannot be changed as it is mapped. */
  refused?: Fault | undefined;
}

/** What to read of an account. */
export interface Reading {
  wanted: Wanted;
  /** The names of all mapped fields. */
  fields: readonly string[];
  /** Properties of the user to read in addition. */
  alsoRead?: readonly string[];
  /** Whether the connection has Exchange Online (exchangeOnlineIntegration). */
  hasExchange: boolean;
}

/** The account with this reference, the object ID of its user. Throws a proven `missing` fault when there is none. */
export async function accountById(
  reference: string,
  { wanted, fields, alsoRead = [], hasExchange }: Reading,
  { read }: Pick<Gate<EntraTargets>, "read">,
): Promise<Account> {
  const names = [...propertiesFor(wanted.values), ...propertiesAmong(fields), ...alsoRead];
  const user = await read(userById(reference, [...new Set(names)]));
  const ownFields = fields.filter((name) => ofMailbox.test(name));
  if (!hasExchange)
    return { user, mailbox: undefined, wanted: { ...wanted, settings: [] }, ignored: ownFields };
  const extensions = extensionSettings(wanted.values);
  const settings = [...wanted.settings, ...extensions];
  const asksForMail = "mail" in wanted.values;
  if (settings.length + ownFields.length === 0 && !asksForMail)
    return { user, mailbox: undefined, wanted };
  const properties = ownFields.map((name) => name.replace(ofMailbox, ""));
  const mailbox = await read(mailboxOf(user, [...mailboxPropertiesFor(settings), ...properties]));
  if (!mailbox) return { user, mailbox, wanted };
  const { onPremisesExtensionAttributes: _moved, mail, ...values } = wanted.values;
  const refused = mail === undefined || mail === user["mail"] ? undefined : ofMailboxOnly(user);
  return { user, mailbox, wanted: { values, settings }, refused };
}

function ofMailboxOnly(user: User): Fault {
  return Fault.invalid(
    `The mail of user ${nameOf(user)} follows its mailbox, so it was not changed; expected ` +
      "exchangeOnline.EmailAddresses to be mapped instead.",
  );
}

/**
 * The extension attributes as settings of the mailbox. Graph refuses to change them for a user with a mailbox
 * (microsoft-graph-docs-contrib issue 3564); Exchange calls them CustomAttribute1 to 15.
 */
function extensionSettings({ onPremisesExtensionAttributes: wanted }: UserValues): Setting[] {
  if (!isRecord(wanted)) return [];
  return settingsFrom(
    Object.entries(wanted).map(([name, value]) => [customAttribute(name), value]),
  );
}

function customAttribute(extensionAttribute: string): string {
  return extensionAttribute.replace(/^extensionAttribute/, "CustomAttribute");
}

/** The ways of a gate to read and to change. */
type Ways = Pick<Gate<EntraTargets>, "read" | "change" | "changeAll">;

/**
 * Updates an account to what is wanted: the user, then the mailbox. A refusal of one does not stop the other, nor the
 * steps that follow the update of the user.
 */
export async function applyWanted(
  { user, mailbox, wanted: { values, settings }, ignored = [], refused }: Account,
  gate: Ways,
  following: readonly GraphStep[] = [],
): Promise<Changed & { audit: { Message: string }[] }> {
  const faults: Fault[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | undefined> =>
    await work.catch((thrown: unknown) => void faults.push(Fault.of(thrown)));
  const ofUser = await attempt(applyValues(user, values, gate, following));
  const ofMailbox = mailbox && (await attempt(applySettings(mailbox, settings, gate)));
  const fault = faults[0] ?? refused;
  if (fault) throw fault;
  const audit =
    settings.length > 0 && !mailbox
      ? [{ Message: `User ${nameOf(user)} has no mailbox, so no setting of one was changed.` }]
      : [];
  if (ignored.length > 0) audit.push({ Message: ignoredFields(ignored) });
  // A setting without a mailbox has no value, whatever is mapped.
  const none = mailbox ? {} : Object.fromEntries(settings.map(({ name }) => [name, null]));
  return {
    before: fieldsOf(ofUser?.before ?? user, ofMailbox?.before),
    after: { exchangeOnline: none, ...fieldsOf(ofUser?.after ?? user, ofMailbox?.after) },
    subject: mailbox ? `${subjectOf(user)} with mailbox ${mailboxName(mailbox)}` : subjectOf(user),
    audit,
  };
}

/** What `endAccess` needs to know of a user beside what is wanted of it. */
export const readBeforeEnd: readonly string[] = ["accountEnabled", sessionsValidFrom];

/** Updates an account to what is wanted, and ends the sessions of the user if its account is to be disabled. */
export async function endAccess(account: Account, ways: Ways): ReturnType<typeof applyWanted> {
  const { user, wanted } = account;
  const ends = wanted.values["accountEnabled"] === false;
  return await applyWanted(account, ways, ends ? [revokingSessions(user)] : []);
}

/** The properties of an account under the names of their fields. */
export function fieldsOf(
  user: Readonly<Record<string, unknown>>,
  mailbox: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  if (!mailbox) return user;
  const kept = extensionAttributes
    .map((name) => [name, mailbox[customAttribute(name)]] as const)
    .filter(([, value]) => value !== undefined);
  const own = user["onPremisesExtensionAttributes"];
  const onPremisesExtensionAttributes = {
    ...(isRecord(own) ? own : {}),
    ...Object.fromEntries(kept),
  };
  return { ...user, onPremisesExtensionAttributes, exchangeOnline: mailbox };
}

function subjectOf(user: User): string {
  return `user ${nameOf(user)}`;
}
