import { Fault } from "../fault.ts";
import type { Operations } from "../step.ts";
import { isRecord } from "../record.ts";
import type { GraphGate, GraphStep } from "./target.ts";
import { nameOf, userById, userOf, type User } from "./user.ts";
import { masteredAs, userProperties } from "./userProperties.ts";

/** A value of a property; null clears it. The properties of a nested object are changed separately. */
export type UserValue =
  string | boolean | null | readonly string[] | Readonly<Record<string, string | null>>;
/** Values by property. */
export type UserValues = Readonly<Record<string, UserValue>>;

/** What a change of these properties sends, its look included. */
export function userChange(properties: readonly string[]): Operations {
  return {
    "PATCH /users/{user}": ["user", ...properties],
    "GET /users/{user}": ["user", "$select"],
    "GET /users": ["$filter", "$select"],
  };
}

/** The properties of a user to read before values can be compared with it. */
export function propertiesFor(values: UserValues): string[] {
  const names = Object.keys(values);
  return names.length === 0 ? [] : [...names, "onPremisesSyncEnabled"];
}

/** What has to change before a user has its values. */
export interface UserDifference {
  /** One step for each part of a profile that is refused separately: a refusal of one is not one of all. */
  steps: GraphStep[];
  /** The user as it is after the steps. */
  after: User;
  /** An `onPremises` fault that names the attribute to change for each property that Active Directory masters. */
  refused: Fault | undefined;
}

/**
 * Compares a user with its values. An empty text clears a property like null, because Graph refuses it for many. Throws
 * an `invalid` fault for a property that cannot be cleared, and `unexpected` for one that the user was not read with.
 */
export function differenceOf(user: User, wanted: UserValues): UserDifference {
  const changes: Record<string, UserValue> = {};
  const after: Record<string, unknown> = {};
  const onPremisesOnly: string[] = [];
  for (const [name, asked] of Object.entries(wanted)) {
    const current = user[name];
    if (current === undefined)
      throw new Fault({
        kind: "unexpected",
        message: `User ${nameOf(user)} was read without ${name}.`,
      });
    const value = asked === "" ? null : asked;
    if (isSame(current, value)) continue;
    if (value === null && userProperties[name]?.isNeverEmpty)
      throw Fault.invalid(
        `The property ${name} of ${nameOf(user)} cannot be cleared; expected a value.`,
      );
    const attribute = user["onPremisesSyncEnabled"] === true ? masteredAs(name) : undefined;
    if (attribute !== undefined) {
      onPremisesOnly.push(`${name} (attribute ${attribute})`);
      continue;
    }
    changes[name] = whatDiffers(name, current, value);
    after[name] = isRecord(value) ? { ...(isRecord(current) ? current : {}), ...value } : value;
  }
  return {
    steps: parts.flatMap((part) => settingSome(user, changes, part)),
    after: userOf({ ...user, ...after }),
    refused: onPremisesOnly.length === 0 ? undefined : mastered(user, onPremisesOnly),
  };
}

/** What is refused together: an ordinary profile, what needs more rights, and what a mailbox may master. */
const parts = ["profile", "sensitive", "ofMailbox"] as const;
type Part = (typeof parts)[number];

function partOf(name: string): Part {
  const { mailboxSetting, isSensitive } = userProperties[name] ?? {};
  if (mailboxSetting !== undefined) return "ofMailbox";
  return isSensitive ? "sensitive" : "profile";
}

/** The step that writes the changes of one part; none when there are none. */
function settingSome(user: User, all: UserValues, part: Part): GraphStep[] {
  const own = Object.entries(all).filter(([name]) => partOf(name) === part);
  if (own.length === 0) return [];
  const names = own.map(([name]) => name);
  const before = Object.fromEntries(names.map((name) => [name, user[name]]));
  return [patch(user, Object.fromEntries(own), before, sentenceFor(user, own))];
}

/** The names of the properties and not their values, which may be private. */
function sentenceFor(user: User, changes: readonly (readonly [string, UserValue])[]): string {
  const names = changes.map(([name]) => name);
  const [first] = changes;
  if (names.length === 1 && first?.[0] === "accountEnabled")
    return `${first[1] === true ? "Enable" : "Disable"} the account ${nameOf(user)}`;
  return `Set ${names.join(", ")} of user ${nameOf(user)}`;
}

function mastered(user: User, properties: readonly string[]): Fault {
  return new Fault({
    kind: "onPremises",
    message:
      `User ${nameOf(user)} is synchronised from Active Directory, which masters ${properties.join(", ")}: ` +
      `change ${properties.length === 1 ? "it" : "them"} there.`,
  });
}

/**
 * Updates a user to its values, and returns it as it was and as it is afterwards. `following`: steps that are taken
 * after the update, and also when it is refused. Throws at the end for properties that Active Directory masters.
 */
export async function applyValues(
  user: User,
  values: UserValues,
  { changeAll }: Pick<GraphGate, "changeAll">,
  following: readonly GraphStep[] = [],
): Promise<{ before: User; after: User; subject: string }> {
  const { steps, after, refused } = differenceOf(user, values);
  await changeAll([...steps, ...following]);
  if (refused) throw refused;
  return { before: user, after, subject: `user ${nameOf(user)}` };
}

function patch(
  { id }: User,
  changes: UserValues,
  before: Readonly<Record<string, unknown>>,
  sentence: string,
): GraphStep {
  return {
    target: "graph",
    operation: "PATCH /users/{user}",
    parameters: { user: id, ...changes },
    sentence,
    before,
    async isInEffect(targets) {
      const read = await userById(id, Object.keys(changes))(targets);
      return Object.entries(changes).every(([name, value]) => isSame(read[name], value));
    },
  };
}

/** What `revokingSessions` sends. */
export const sessionRevocation: Operations = {
  "POST /users/{user}/revokeSignInSessions": ["user"],
  "GET /users/{user}": ["user", "$select"],
  "GET /users": ["$filter", "$select"],
};

/** The property that shows since when sessions count. A user whose sessions are revoked is read with it. */
export const sessionsValidFrom = "signInSessionsValidFromDateTime";

/**
 * The step that ends all sessions of the user. Tokens that were issued before last for minutes (documented). A disabled
 * account has none as a rule; it is sent anyway, because an earlier run may have ended between disabling and revoking.
 */
export function revokingSessions(user: User): GraphStep {
  const before = user[sessionsValidFrom];
  const isDisabled = user["accountEnabled"] === false;
  return {
    target: "graph",
    operation: "POST /users/{user}/revokeSignInSessions",
    parameters: { user: user.id },
    sentence: `Revoke the sign-in sessions of user ${nameOf(user)}`,
    before: { [sessionsValidFrom]: before },
    isInPlace: isDisabled,
    isSilent: true,
    async isInEffect(targets) {
      const read = await userById(user.id, [sessionsValidFrom])(targets);
      // The time has whole seconds, so a second revocation need not change it.
      return read[sessionsValidFrom] !== before || isDisabled;
    },
  };
}

/** Whether a property has the wanted value. Of a nested object, only the wanted properties count. */
function isSame(current: unknown, wanted: UserValue): boolean {
  if (Array.isArray(wanted)) return JSON.stringify(current) === JSON.stringify(wanted);
  if (!isRecord(wanted)) return emptied(current) === emptied(wanted);
  return Object.entries(wanted).every(
    ([name, value]) => emptied(isRecord(current) ? current[name] : null) === emptied(value),
  );
}

/** A missing text and an empty one mean the same. */
function emptied(value: unknown): unknown {
  return value === "" || value === undefined ? null : value;
}

/**
 * The value to send. Only the properties that differ are sent of a nested object, except for `employeeOrgData`: what is
 * missing there becomes null (documented).
 */
function whatDiffers(name: string, current: unknown, wanted: UserValue): UserValue {
  if (!isRecord(wanted)) return wanted;
  const old = isRecord(current) ? current : {};
  const own = Object.entries(wanted).map(
    ([part, value]) => [part, value === "" ? null : value] as const,
  );
  if (name === "employeeOrgData") {
    const { division = null, costCenter = null } = old;
    const whole = { division, costCenter } as Record<string, string | null>;
    return { ...whole, ...Object.fromEntries(own) };
  }
  return Object.fromEntries(own.filter(([part, value]) => emptied(old[part]) !== value));
}
