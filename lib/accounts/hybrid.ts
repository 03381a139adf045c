/** What the account actions of Active Directory agree on. */
import { operations, type DirectoryStep, type DirectoryTarget } from "../activeDirectory/target.ts";
import { nameOf, userById, userLookup, type User } from "../activeDirectory/user.ts";
import { assertAddressesFree, nameSearch } from "../activeDirectory/userNames.ts";
import {
  attributesFor,
  differenceOf,
  enabling,
  settingManager,
  userChange,
  whyNotHidden,
} from "../activeDirectory/userChange.ts";
import {
  moving,
  ofPlace,
  organizationalUnitOf,
  placeFrom,
  userMove,
  type Place,
} from "../activeDirectory/userPlace.ts";
import {
  attributesAmong,
  readableAttributes,
  userValuesFrom,
  type UserValues,
} from "../activeDirectory/userValues.ts";
import type { MessageFormat } from "../exchange/autoReply.ts";
import { Fault } from "../fault.ts";
import type { Changed } from "../host/accountActions.ts";
import type { Gate, Needs, Operations } from "../step.ts";
import { ignoredFields, ofMailbox as ofExchange } from "./exchangeOnline.ts";
import {
  applyMailbox,
  attributesForMailbox,
  cloudNeeds,
  directoryValues,
  noMailbox,
  wantedOfMailbox,
  type Asked,
  type HybridTargets,
  type WantedMailbox,
} from "./hybridMailbox.ts";

/** What an action that changes an account sends. `more`: what it sends to Active Directory in addition. */
export function changeNeeds(...more: readonly Operations[]): Needs<HybridTargets> {
  return {
    ...cloudNeeds,
    activeDirectory: operations(
      userLookup(...readableAttributes, "mS-DS-ConsistencyGuid"),
      userChange,
      userMove,
      nameSearch(),
      ...more,
    ),
  };
}

/** What an account should be. */
export interface Wanted {
  values: UserValues;
  place: Place;
  /** Of its attributes, some are in `values` as well. */
  mailbox: WantedMailbox;
  /** Undefined: it stays as it is. */
  enabled?: boolean;
  /** The manager by the reference of its account; null: none. Undefined: it stays as it is. */
  manager?: string | null;
}

/** Nothing is changed: the account is only read. */
export const nothing: Wanted = { values: {}, place: {}, mailbox: noMailbox };

type Field = readonly [name: string, value: unknown];

/** Fields that only create uses. */
const ofCreation = /^(accountPassword|changePasswordAtLogon)$/i;

/**
 * What the mapped fields ask for: `organizationalUnit` and `cn` are the place, `exchangeOnline.*` are settings of the
 * mailbox, all others are attributes by the names of the schema. Throws one `invalid` fault for all fields that cannot
 * be used.
 */
export function wantedFrom(
  fields: readonly Field[],
  { AutoReplyMessageFormat = "html" }: { AutoReplyMessageFormat?: MessageFormat | undefined } = {},
): Wanted {
  const isOther = ([name]: Field): boolean =>
    !ofPlace.test(name) && !ofCreation.test(name) && !ofExchange.test(name);
  const [values, place, mailbox] = Fault.together(
    () => userValuesFrom(fields.filter(isOther)),
    () => placeFrom(fields.filter(([name]) => ofPlace.test(name))),
    () => wantedOfMailbox(fields, AutoReplyMessageFormat),
  );
  return { values, place, mailbox };
}

type Ways = Pick<Gate<HybridTargets>, "read" | "changeAll">;

/** The account with this reference, the objectGUID of its user, with what has to be compared. */
export async function accountById(
  reference: string,
  { values, mailbox, manager }: Wanted,
  { fields, hasExchange }: Asked,
  { read }: Pick<Ways, "read">,
): Promise<User> {
  const attributes = [
    ...attributesAmong(fields),
    ...attributesFor(values),
    ...(hasExchange ? attributesForMailbox(mailbox.fields) : []),
    "cn",
  ] as const;
  return await read(
    userById(reference, manager === undefined ? attributes : [...attributes, "manager"]),
  );
}

/**
 * What is wanted of the person, which Active Directory masters, and of the mailbox. Without Exchange Online everything
 * is for Active Directory. `isAsked`: the cloud has to be asked.
 */
function partedBy({ values, mailbox }: Wanted, { fields, hasExchange }: Asked) {
  if (!hasExchange) return { ofPerson: values, ofMailbox: noMailbox, isAsked: false };
  const isOfMailbox = (name: string): boolean => mailbox.fields.some(({ field }) => field === name);
  const ofPerson = Object.entries(values).filter(([name]) => !isOfMailbox(name));
  return {
    ofPerson: Object.fromEntries(ofPerson) as UserValues,
    ofMailbox: mailbox,
    isAsked: mailbox.fields.length > 0 || fields.some((name) => ofExchange.test(name)),
  };
}

/**
 * Brings an account to what is wanted. A refusal of one step does not stop the others, nor does a system that cannot be
 * reached. An account that is to be disabled is, before anything else; the cloud is asked when everything is done that
 * Active Directory decides alone.
 */
async function applyWanted(
  user: User,
  wanted: Wanted,
  asked: Asked,
  { read, changeAll }: Ways,
): Promise<Changed> {
  const { values, place, enabled, manager } = wanted;
  const { ofPerson, ofMailbox, isAsked } = partedBy(wanted, asked);
  const switching = enabled === undefined ? [] : enabling(user, enabled);
  const faults: Fault[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | undefined> =>
    await work.catch((thrown: unknown) => void faults.push(Fault.of(thrown)));
  if (enabled === false) await attempt(changeAll(switching));
  await read(assertAddressesFree(user, { ...directoryValues(ofMailbox.fields), ...values }));
  const { steps, after } = differenceOf(user, ofPerson);
  const others: DirectoryStep[] = [...steps, ...moving(user, place)];
  const newManager = manager === undefined ? undefined : await managerOf(manager, { read });
  if (manager !== undefined) others.push(...settingManager(user, newManager));
  await attempt(changeAll(enabled === false ? others : [...others, ...switching]));
  const mailbox = isAsked
    ? await applyMailbox(after, ofMailbox, asked, { read, changeAll }).catch(
        // Told first: a system that was never reached is in no step.
        (thrown: unknown) => void faults.unshift(Fault.of(thrown)),
      )
    : undefined;
  const fault = faults.find(({ kind }) => kind !== "missing") ?? faults[0];
  if (fault) throw fault;
  const ignored = asked.hasExchange ? [] : asked.fields.filter((name) => ofExchange.test(name));
  const warning = ofPerson.msExchHideFromAddressLists === true ? whyNotHidden(after) : undefined;
  return {
    before: { ...fieldsOf(user), ...mailbox?.before },
    after: {
      ...fieldsOf(mailbox?.user ?? after),
      ...mailbox?.after,
      ...place,
      ...(manager !== undefined && { manager: newManager?.dn ?? null }),
    },
    subject: `account ${nameOf(user)}`,
    audit: [
      ...(warning === undefined ? [] : [{ Message: warning }]),
      ...(mailbox?.audit ?? []),
      ...(ignored.length > 0 ? [{ Message: ignoredFields(ignored) }] : []),
    ],
  };
}

/** Reads the account with this reference, and brings it to what is wanted. */
export async function changeAccount(
  reference: string,
  wanted: Wanted,
  asked: Asked,
  ways: Ways,
): Promise<Changed> {
  const user = await accountById(reference, wanted, asked, ways);
  return await applyWanted(user, wanted, asked, ways);
}

/**
 * The user who is to be the manager, who is not changed and so may be outside of the base DN. Throws an `invalid` fault
 * when there is none: it is not the account of the event that is gone.
 */
export async function managerOf(
  reference: string | null,
  { read }: Pick<Gate<DirectoryTarget>, "read">,
): Promise<User | undefined> {
  if (reference === null) return undefined;
  try {
    return await read(userById(reference, [], { isOnlyRead: true }));
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind !== "missing") throw fault;
    throw Fault.invalid(`The manager cannot be set. ${fault.message}`, fault);
  }
}

/** The attributes of an account as values of fields, which are texts or lists of texts. */
export function fieldsOf(user: User): Record<string, unknown> {
  const shown = Object.entries(user).map(([name, value]): [string, unknown] => [
    name,
    typeof value === "boolean" || typeof value === "number" ? String(value) : value,
  ]);
  return { ...Object.fromEntries(shown), organizationalUnit: organizationalUnitOf(user) };
}
