import { Fault, isRefusal } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { mergedOperations } from "../step.ts";
import type { AttributeName } from "./client/attributes.ts";
import type { DirectoryQuery, DirectoryStep } from "./target.ts";
import { nameOf, userLookup, userWhere, type User } from "./user.ts";
import { entraFollows } from "./userChange.ts";
import { addressesIn, assertFree, nameSearch, type UniqueName } from "./userNames.ts";
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
   * Throws a `taken` fault when another object has one of the names that the user would have: Active Directory refuses
   * some of them only, and without the name of the other.
   */
  assertFree: DirectoryQuery<void>;
  /**
   * Looks for the user after the step failed. Throws the fault when there is none, and when the failure is a refusal
   * that is not about a name that is taken.
   */
  confirm(fault: Fault): DirectoryQuery<"done">;
  /** The user that a look found, with these attributes; undefined when there is none yet. */
  find(attributes: readonly AttributeName[]): DirectoryQuery<User | undefined>;
  /** The user as it would be created, which has no ID. */
  planned: User;
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
  const find: Creation["find"] = (attributes) => async (targets) => {
    const look = userWhere("sAMAccountName", name, [key.attribute, ...attributes]);
    const user = await look(targets);
    if (!user || String(user[key.attribute]).toLowerCase() === key.value.toLowerCase()) return user;
    throw new Fault({
      kind: "taken",
      message:
        `The sAMAccountName ${name} belongs to ${nameOf(user)}, whose ${key.attribute} is not ` +
        `${quoted(key.value)}; expected a name that no one has.`,
    });
  };
  const names: UniqueName[] = [
    { attribute: "sAMAccountName", value: name },
    { attribute: "userPrincipalName", value: textIn(values, "userPrincipalName") },
    { attribute: "cn", value: cn, place: organizationalUnit },
    ...addressesIn(values),
  ];
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
      if (await find([])(targets)) return "done";
      throw fault;
    },
    find,
    assertFree: assertFree(names, undefined),
    planned: {
      ...values,
      dn: `CN=${cn},${organizationalUnit}`,
      id: "preview",
      isConnector: false,
    },
  };
}

function textIn(values: UserValues, name: keyof UserValues): string {
  const value = values[name];
  return typeof value === "string" ? value : "";
}
