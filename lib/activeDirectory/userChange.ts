import { addressChange } from "../emailAddresses.ts";
import { Fault } from "../fault.ts";
import type { Operations } from "../step.ts";
import type { AttributeName } from "./client/attributes.ts";
import { isSameName } from "./client/names.ts";
import type { DirectoryStep } from "./target.ts";
import { nameOf, userById, userLookup, type User } from "./user.ts";
import { userAttributeNames, userAttributes, type UserAttributeName } from "./userAttributes.ts";
import type { UserValue, UserValues } from "./userValues.ts";

/** ADS_UF_ACCOUNTDISABLE (documented). The other bits of the attribute stay as they are. */
const accountDisable = 0x2;

/** What `enabling`, `settingValues` and `settingManager` send, their looks included. */
export const userChange: Operations = {
  ...userLookup("manager", ...userAttributeNames),
  modify: ["objectGUID", "userAccountControl", "manager", "was", ...userAttributeNames],
};

/** Whether the account is enabled. */
export function isEnabled({ userAccountControl }: User): boolean {
  return (Number(userAccountControl) & accountDisable) === 0;
}

/**
 * The step that enables or disables an account; none when it is so already. The other bits are those that were read, so
 * the step is refused when someone else changes them in the meantime. Throws an `invalid` fault for the account that
 * the connector itself signs in as.
 */
export function enabling(user: User, wanted: boolean): DirectoryStep[] {
  if (isEnabled(user) === wanted) return [];
  if (!wanted) assertNotConnector(user, "disable");
  const before = Number(user["userAccountControl"]);
  const after = wanted ? before & ~accountDisable : before | accountDisable;
  return [
    {
      target: "activeDirectory",
      operation: "modify",
      parameters: {
        objectGUID: user.id,
        userAccountControl: after,
        was: { userAccountControl: before },
      },
      sentence: `${wanted ? "Enable" : "Disable"} the account ${nameOf(user)} in Active Directory; ${entraFollows}`,
      before: { userAccountControl: before },
      isInEffect: async (targets) => isEnabled(await userById(user.id)(targets)) === wanted,
    },
  ];
}

/** What the audit log says of a change that the synchronisation brings to the cloud, often after half an hour. */
export const entraFollows = "Entra ID follows with the next synchronisation";
export const exchangeFollows = "Exchange Online follows with the next synchronisation";

/** Throws an `invalid` fault for the account that the connector itself signs in as. */
export function assertNotConnector(user: User, verb: "disable" | "delete"): void {
  if (!user.isConnector) return;
  throw Fault.invalid(
    `This would ${verb} ${nameOf(user)}, the account that the connector itself signs in as.`,
  );
}

/** The attributes to read before values can be compared. */
export function attributesFor(values: UserValues): AttributeName[] {
  const names = userAttributeNames.filter((name) => values[name] !== undefined);
  // The rules of the synchronisation need it, see `whyNotHidden`.
  return values[hide] === undefined ? names : [...names, "mailNickname"];
}

const hide = "msExchHideFromAddressLists";

/** What has to change before a user has its values. */
export interface UserDifference {
  /** One step for the attributes of the person and one for those of the mailbox: other rights, and other masters. */
  steps: DirectoryStep[];
  /** The user as it is after the steps. */
  after: User;
}

/**
 * Compares a user with its values. Throws an `unexpected` fault for an attribute that the user was not read with. A
 * flag that is absent is false. Addresses are added, and never removed.
 */
export function differenceOf(user: User, wanted: UserValues): UserDifference {
  const changes: Partial<Record<UserAttributeName, UserValue>> = {};
  for (const name of userAttributeNames) {
    const asked = wanted[name];
    if (asked === undefined) continue;
    const current = user[name];
    if (current === undefined)
      throw new Fault({
        kind: "unexpected",
        message: `User ${nameOf(user)} was read without ${name}.`,
      });
    const value = changed(name, current, asked);
    if (value !== undefined) changes[name] = value;
  }
  const part = (isOfMailbox: boolean): DirectoryStep[] => {
    const own = Object.entries(changes).filter(
      ([name]) => (userAttributes[name as UserAttributeName].isOfMailbox === true) === isOfMailbox,
    );
    const follows = isOfMailbox ? exchangeFollows : entraFollows;
    return own.length === 0 ? [] : [setting(user, Object.fromEntries(own), follows)];
  };
  return { steps: [...part(false), ...part(true)], after: { ...user, ...changes } };
}

/** The value to write; undefined when the attribute has the wanted one. */
function changed(
  name: UserAttributeName,
  current: unknown,
  wanted: UserValue,
): UserValue | undefined {
  const { type } = userAttributes[name];
  if (type === "addresses") {
    const present = Array.isArray(current) ? current.map(String) : [];
    return addressChange(present, Array.isArray(wanted) ? wanted.map(String) : [], name)?.after;
  }
  if (type === "flag") return (current === true) === (wanted === true) ? undefined : wanted;
  const isSame = wanted === null ? current === null : String(current) === String(wanted);
  return isSame ? undefined : wanted;
}

function setting(user: User, changes: UserValues, follows: string): DirectoryStep {
  const names = Object.keys(changes) as UserAttributeName[];
  const before = Object.fromEntries(names.map((name) => [name, user[name]]));
  const lists = names.filter((name) => Array.isArray(user[name]) && user[name].length > 0);
  const was = Object.fromEntries(lists.map((name) => [name, user[name]]));
  return {
    target: "activeDirectory",
    operation: "modify",
    parameters: { objectGUID: user.id, ...changes, ...(lists.length > 0 && { was }) },
    sentence: `${sentenceFor(user, changes)} in Active Directory; ${follows}`,
    before,
    async isInEffect(targets) {
      const read = await userById(user.id, names)(targets);
      return names.every((name) => changed(name, read[name], changes[name] ?? null) === undefined);
    },
  };
}

/** The names of the attributes and not their values, which may be private. */
function sentenceFor(user: User, changes: UserValues): string {
  const names = Object.keys(changes);
  if (names.length > 1 || names[0] !== hide) return `Set ${names.join(", ")} of ${nameOf(user)}`;
  return changes[hide] === true
    ? `Hide the mailbox of ${nameOf(user)} from the address lists`
    : `Show the mailbox of ${nameOf(user)} in the address lists`;
}

/** Why the address lists will not follow; undefined when they do. The sync rule needs the attribute (documented). */
export function whyNotHidden(after: User): string | undefined {
  if (after[hide] !== true || after["mailNickname"] !== null) return undefined;
  return (
    `${nameOf(after)} has no mailNickname, so the synchronisation does not bring msExchHideFromAddressLists to ` +
    "Exchange Online."
  );
}

/** The step that sets the manager, or removes it; none when it is so already. The user was read with `manager`. */
export function settingManager(user: User, manager: User | undefined): DirectoryStep[] {
  const before = user["manager"];
  const wanted = manager?.dn ?? null;
  const isManager = (current: unknown): boolean =>
    typeof current === "string" && wanted !== null
      ? isSameName(current, wanted)
      : current === wanted;
  if (isManager(before)) return [];
  return [
    {
      target: "activeDirectory",
      operation: "modify",
      parameters: { objectGUID: user.id, manager: wanted },
      sentence:
        (manager
          ? `Set the manager of ${nameOf(user)} to ${nameOf(manager)}`
          : `Remove the manager of ${nameOf(user)}`) + ` in Active Directory; ${entraFollows}`,
      before: { manager: before },
      isInEffect: async (targets) =>
        isManager((await userById(user.id, ["manager"])(targets))["manager"]),
    },
  ];
}
