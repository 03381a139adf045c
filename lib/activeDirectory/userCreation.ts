import { Fault, isRefusal } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { mergedOperations } from "../step.ts";
import type { AttributeName, Entry } from "./client/attributes.ts";
import type { DirectoryQuery, DirectoryStep } from "./target.ts";
import { nameOf, userLookup, userWhere, type User } from "./user.ts";
import { entraFollows } from "./userChange.ts";
import { holdersOf, nameSearch, type UniqueName } from "./userNames.ts";
import type { Place } from "./userPlace.ts";
import { userAttributeNames } from "./userAttributes.ts";
import type { UserValues } from "./userValues.ts";

/** NORMAL_ACCOUNT and ACCOUNTDISABLE (documented). */
const newAccountControl = 0x202;

/** What a person is found by: the attribute that correlation looks for, and its value. */
export interface Key {
  attribute: AttributeName;
  value: string;
}

export interface NewPassword {
  password: string;
  mustChange: boolean;
}

/** What a creation sends, its looks included. */
export const userCreation = mergedOperations(userLookup(...userAttributeNames), nameSearch(), {
  add: [
    "objectClass",
    "parent",
    "cn",
    "userAccountControl",
    "unicodePwd",
    "pwdLastSet",
    ...userAttributeNames,
  ],
});

/** A step that creates a user, and what becomes of it. */
export interface Creation {
  step: DirectoryStep;
  /**
   * Looks for the user after the step failed. Throws the fault when there is none, and when the failure is a refusal
   * that is not about a name that is taken.
   */
  confirm(fault: Fault): DirectoryQuery<"done">;
  /** The user that a look found; undefined when there is none yet. */
  find: DirectoryQuery<User | undefined>;
}

const required = ["sAMAccountName", "userPrincipalName"] as const;

/**
 * The step that creates a disabled user with these values. It is sent only once. Throws an `invalid` fault that names
 * what a new user must have.
 */
export function creatingUser(
  values: UserValues,
  { organizationalUnit = "", cn = textIn(values, "displayName") }: Place,
  { password, mustChange }: NewPassword,
  key: Key,
): Creation {
  const missing = [
    ...required.filter((name) => textIn(values, name) === ""),
    ...(organizationalUnit === "" ? ["organizationalUnit"] : []),
    ...(cn === "" ? ["cn or displayName"] : []),
  ];
  if (missing.length > 0)
    throw Fault.invalid(`A new account needs ${missing.join(", ")}; expected a mapped value.`);
  const own = Object.entries(values).filter(([, value]) => value !== null);
  const name = textIn(values, "sAMAccountName");
  const find: Creation["find"] = async (targets) => {
    const user = await userWhere("sAMAccountName", name, [key.attribute])(targets);
    if (!user || String(user[key.attribute]).toLowerCase() === key.value.toLowerCase()) return user;
    throw new Fault({
      kind: "taken",
      message:
        `The sAMAccountName ${name} belongs to ${nameOf(user)}, whose ${key.attribute} is not ` +
        `${quoted(key.value)}; expected a name that no one has.`,
    });
  };
  return {
    step: {
      target: "activeDirectory",
      operation: "add",
      parameters: {
        parent: organizationalUnit,
        cn,
        objectClass: ["top", "person", "organizationalPerson", "user"],
        ...Object.fromEntries(own),
        userAccountControl: newAccountControl,
        unicodePwd: password,
        // Documented: 0 is "must change it at the next sign-in", and nothing else can be written but -1.
        ...(mustChange && { pwdLastSet: "0" }),
      },
      secrets: [password],
      sentence:
        `Create the account "${cn}" <${textIn(values, "userPrincipalName")}> in ${organizationalUnit} in Active ` +
        `Directory; ${entraFollows}`,
      before: {},
    },
    confirm: (fault) => async (targets) => {
      if (isRefusal(fault) && fault.kind !== "taken") throw fault;
      if (await find(targets)) return "done";
      throw fault;
    },
    find,
  };
}

/** A user as it would be created, which has no ID. */
export function plannedUser(values: UserValues, { organizationalUnit = "", cn }: Place): User {
  const entry: Entry = { dn: `CN=${cn ?? textIn(values, "displayName")},${organizationalUnit}` };
  return { ...values, ...entry, id: "preview", isConnector: false };
}

/**
 * Throws a `taken` fault when another object has one of the names that a new user would have: Active Directory refuses
 * some of them only, and without the name of the other.
 */
export function assertFree(
  values: UserValues,
  { organizationalUnit, cn = textIn(values, "displayName") }: Place,
): DirectoryQuery<void> {
  const { proxyAddresses } = values;
  const addresses = Array.isArray(proxyAddresses) ? proxyAddresses.map(String) : [];
  const names: UniqueName[] = [
    { attribute: "sAMAccountName", value: textIn(values, "sAMAccountName") },
    { attribute: "userPrincipalName", value: textIn(values, "userPrincipalName") },
    { attribute: "cn", value: cn, place: organizationalUnit },
    ...addresses.map((address): UniqueName => {
      return { attribute: "address", value: withoutPrefix(address) };
    }),
  ];
  return async (targets) => {
    const holders = await holdersOf(names, [])(targets);
    for (const [index, { attribute, value }] of names.entries()) {
      const [holder] = holders[index] ?? [];
      if (holder)
        throw new Fault({
          kind: "taken",
          message:
            `The ${attribute} ${quoted(value)} of the new account belongs to ${holder.description}; expected one ` +
            "that no one has.",
        });
    }
  };
}

function withoutPrefix(address: string): string {
  return address.replace(/^smtp:/i, "");
}

function textIn(values: UserValues, name: keyof UserValues): string {
  const value = values[name];
  return typeof value === "string" ? value : "";
}
