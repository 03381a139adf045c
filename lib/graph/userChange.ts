import { Fault } from "../fault.ts";
import type { Operations } from "../step.ts";
import { isRecord } from "../record.ts";
import type { GraphStep } from "./target.ts";
import { nameOf, userById, type User } from "./user.ts";

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

/** Properties that Graph does not clear (documented). */
export const neverEmpty: readonly string[] = [
  "accountEnabled",
  "displayName",
  "mail",
  "mailNickname",
  "usageLocation",
  "userPrincipalName",
];

/**
 * The step that writes what differs from the user as it was read, in one request; undefined when nothing differs. An
 * empty text clears a property like null, because Graph refuses it for many. Throws an `invalid` fault for a property
 * that cannot be cleared, and `unexpected` for one that the user was not read with.
 */
export function settingProperties(user: User, wanted: UserValues): GraphStep | undefined {
  const changes: Record<string, UserValue> = {};
  const before: Record<string, unknown> = {};
  for (const [name, asked] of Object.entries(wanted)) {
    const current = user[name];
    if (current === undefined)
      throw new Fault({
        kind: "unexpected",
        message: `User ${nameOf(user)} was read without ${name}.`,
      });
    const value = asked === "" ? null : asked;
    if (value === null && current !== null && neverEmpty.includes(name))
      throw Fault.invalid(
        `The property ${name} of ${nameOf(user)} cannot be cleared; expected a value.`,
      );
    if (isSame(current, value)) continue;
    changes[name] = whatDiffers(name, current, value);
    before[name] = current;
  }
  const names = Object.keys(changes);
  if (names.length === 0) return undefined;
  return patch(user, changes, before, `Update ${nameOf(user)}: ${names.join(", ")}`);
}

/**
 * The step that enables or disables the account. Sessions of a disabled account last until their tokens expire, so
 * `revokingSessions` follows. The user was read with `accountEnabled`.
 */
export function settingEnabled(user: User, accountEnabled: boolean): GraphStep {
  const before = { accountEnabled: user["accountEnabled"] };
  const sentence = `${accountEnabled ? "Enable" : "Disable"} the account ${nameOf(user)}`;
  const step = patch(user, { accountEnabled }, before, sentence);
  return { ...step, isInPlace: before.accountEnabled === accountEnabled, isSilent: true };
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

/** The step that ends all sessions of the user. Tokens that were issued before last for minutes (documented). */
export function revokingSessions(user: User): GraphStep {
  const before = user[sessionsValidFrom];
  return {
    target: "graph",
    operation: "POST /users/{user}/revokeSignInSessions",
    parameters: { user: user.id },
    sentence: `Revoke the sign-in sessions of ${nameOf(user)}`,
    before: { [sessionsValidFrom]: before },
    async isInEffect(targets) {
      const read = await userById(user.id, [sessionsValidFrom])(targets);
      return read[sessionsValidFrom] !== before;
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
