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
import { Fault } from "../fault.ts";
import type { Changed } from "../host/accountActions.ts";
import type { Gate, Needs, Operations } from "../step.ts";

/** What an action that changes an account sends. `more`: what it sends in addition. */
export function changeNeeds(...more: readonly Operations[]): Needs<DirectoryTarget> {
  return {
    activeDirectory: operations(
      userLookup(...readableAttributes),
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
  /** Undefined: it stays as it is. */
  enabled?: boolean;
  /** The manager by the reference of its account; null: none. Undefined: it stays as it is. */
  manager?: string | null;
}

/** Nothing is changed: the account is only read. */
export const nothing: Wanted = { values: {}, place: {} };

type Field = readonly [name: string, value: unknown];

/** Fields that only create uses. */
const ofCreation = /^(accountPassword|changePasswordAtLogon)$/i;

/**
 * What the mapped fields ask for: `organizationalUnit` and `cn` are the place, all others are attributes by the names
 * of the schema. Throws one `invalid` fault for all fields that cannot be used.
 */
export function wantedFrom(fields: readonly Field[]): Wanted {
  const [values, place] = Fault.together(
    () => userValuesFrom(fields.filter(([name]) => !ofPlace.test(name) && !ofCreation.test(name))),
    () => placeFrom(fields.filter(([name]) => ofPlace.test(name))),
  );
  return { values, place };
}

type Ways = Pick<Gate<DirectoryTarget>, "read" | "changeAll">;

/** The account with this reference, the objectGUID of its user, with what has to be compared. */
export async function accountById(
  reference: string,
  { values, manager }: Wanted,
  fields: readonly string[],
  { read }: Pick<Ways, "read">,
): Promise<User> {
  const attributes = [...attributesAmong(fields), ...attributesFor(values), "cn"] as const;
  return await read(
    userById(reference, manager === undefined ? attributes : [...attributes, "manager"]),
  );
}

/**
 * Brings an account to what is wanted. A refusal of one step does not stop the others. An account that is to be
 * disabled is, before anything else.
 */
async function applyWanted(
  user: User,
  { values, place, enabled, manager }: Wanted,
  { read, changeAll }: Ways,
): Promise<Changed> {
  const { steps, after } = differenceOf(user, values);
  const switching = enabled === undefined ? [] : enabling(user, enabled);
  await read(assertAddressesFree(user, values));
  const others: DirectoryStep[] = [...steps, ...moving(user, place)];
  const newManager = manager === undefined ? undefined : await managerOf(manager, { read });
  if (manager !== undefined) others.push(...settingManager(user, newManager));
  await changeAll(enabled === false ? [...switching, ...others] : [...others, ...switching]);
  const warning = values.msExchHideFromAddressLists === true ? whyNotHidden(after) : undefined;
  return {
    before: fieldsOf(user),
    after: {
      ...fieldsOf(after),
      ...place,
      ...(manager !== undefined && { manager: newManager?.dn ?? null }),
    },
    subject: `account ${nameOf(user)}`,
    audit: warning === undefined ? [] : [{ Message: warning }],
  };
}

/** Reads the account with this reference, and brings it to what is wanted. */
export async function changeAccount(
  reference: string,
  wanted: Wanted,
  fields: readonly string[],
  ways: Ways,
): Promise<Changed> {
  return await applyWanted(await accountById(reference, wanted, fields, ways), wanted, ways);
}

/**
 * The user who is to be the manager, who is not changed and so may be outside of the base DN. Throws an `invalid` fault
 * when there is none: it is not the account of the event that is gone.
 */
export async function managerOf(
  reference: string | null,
  { read }: Pick<Ways, "read">,
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
