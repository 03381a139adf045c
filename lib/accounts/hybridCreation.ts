/** How a person without an account of Active Directory gets one. */
import { leastPasswordLength, passwordPolicy } from "../activeDirectory/passwordPolicy.ts";
import { operations } from "../activeDirectory/target.ts";
import { nameOf, userLookup, type User } from "../activeDirectory/user.ts";
import { settingManager, userChange } from "../activeDirectory/userChange.ts";
import {
  creatingUser,
  userCreation,
  type Key,
  type NewPassword,
} from "../activeDirectory/userCreation.ts";
import {
  attributesAmong,
  readableAttributes,
  userValuesFrom,
  type UserValues,
} from "../activeDirectory/userValues.ts";
import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import type { CreateInput } from "../host/createAction.ts";
import { alike, lengthOf, mappedText, oneOf } from "../mappedValues.ts";
import type { Needs } from "../step.ts";
import { ignoredFields, ofMailbox } from "./exchangeOnline.ts";
import type { Place } from "../activeDirectory/userPlace.ts";
import { managerOf, type Wanted } from "./hybrid.ts";
import {
  applyMailbox,
  askedOf,
  cloudNeeds,
  directoryValues,
  waitingSentence,
  type Applied,
  type HybridTargets,
  type WantedMailbox,
} from "./hybridMailbox.ts";
import { newPassword } from "./password.ts";

export const createNeeds: Needs<HybridTargets> = {
  ...cloudNeeds,
  activeDirectory: operations(
    userLookup(...readableAttributes, "mS-DS-ConsistencyGuid"),
    userCreation,
    passwordPolicy,
    userChange,
  ),
};

type Input = CreateInput<
  HybridTargets,
  | "CorrelateOnly"
  | "ExistingAutoReply"
  | "PasswordPolicy"
  | "exchangeOnlineIntegration"
  | "setManagerOnCreate"
>;

/** The attribute to look up for a correlation field. Throws an `invalid` fault for a field that no user has. */
export function keyAttribute(field: string): Key["attribute"] {
  const [attribute] = attributesAmong([field]);
  if (attribute !== undefined) return attribute;
  throw Fault.invalid(
    `The account correlation field is ${quoted(field)}; expected an attribute of a user such as employeeID.`,
  );
}

/**
 * The values of a new user, the one that correlation looks for among them: without it, no later run would find the
 * user. Throws an `invalid` fault when that value cannot be set, or is mapped differently.
 */
export function newValues(values: UserValues, { attribute, value }: Key): UserValues {
  const [name, own] = Object.entries(userValuesFrom([[attribute, value]]))[0] ?? [];
  if (name === undefined || typeof own !== "string")
    throw Fault.invalid(
      `No account has ${quoted(value)} as ${attribute}, and a new one cannot be created with it; expected an ` +
        "account correlation field such as employeeID.",
    );
  const mapped = values[name as keyof UserValues] ?? own;
  if (typeof mapped !== "string" || !alike(mapped, value))
    throw Fault.invalid(
      `${attribute} is mapped with ${quoted(String(mapped))}, and correlation looks for ${quoted(value)}; expected ` +
        "the same value, so that a later run finds the account.",
    );
  return { ...values, [name]: mapped };
}

const atLogon = "changePasswordAtLogon";

/** The password that is mapped, or a new one. Throws an `invalid` fault for one that is too short for the domain. */
async function passwordFor(
  { organizationalUnit }: Place,
  { data, configuration, read }: Pick<Input, "data" | "configuration" | "read">,
): Promise<NewPassword> {
  const mapped = data.get("accountPassword");
  const mustChange = mappedText(atLogon, data.get(atLogon)) || "true";
  const least = await read(leastPasswordLength(organizationalUnit));
  const password =
    typeof mapped === "string" && mapped !== ""
      ? mapped
      : newPassword(configuration.PasswordPolicy ?? "random", least);
  if (lengthOf(password) < least)
    throw Fault.invalid(
      `accountPassword is mapped with ${lengthOf(password)} characters; expected ${least} at least, as the policy of ` +
        "the domain asks for.",
    );
  return {
    password,
    // Unless mapped otherwise: whoever delivers the password knows it too.
    mustChange: oneOf(atLogon, mustChange, ["true", "false"]) === "true",
  };
}

/** The user of a person, and why it is the right one. */
export interface Found {
  user: User;
  /** `existing`: it was there. `made`: this run created it. `planned`: a run would. */
  state: "existing" | "made" | "planned";
  /** A sentence for the audit log; blank when the step says it all. */
  sentence: string;
  /** The password of a new user; null when the user existed, whose password stays. */
  password: string | null;
}

/** Creates the user, and reads it with these attributes. One that an earlier run has created is not created again. */
export async function createUser(
  wanted: Wanted,
  key: Key,
  attributes: readonly Key["attribute"][],
  input: Pick<Input, "data" | "configuration" | "read" | "create">,
): Promise<Found> {
  const { read, create } = input;
  const mapped = input.configuration.exchangeOnlineIntegration ? wanted.mailbox.fields : [];
  const values = newValues({ ...directoryValues(mapped), ...wanted.values }, key);
  const password = await passwordFor(wanted.place, input);
  const creation = creatingUser(values, wanted.place, password, key);
  await read(creation.assertFree);
  const outcome = { isConfirmed: true };
  const recover = async (fault: Fault): Promise<"done"> => {
    const result = await read(creation.confirm(fault));
    outcome.isConfirmed = false;
    return result;
  };
  const result = await create({ ...creation.step, recover });
  if (result === "planned")
    return { user: creation.planned, state: "planned", sentence: "", password: null };
  const user = await read(creation.find(attributes));
  if (!user)
    throw new Fault({
      kind: "unexpected",
      message: "Active Directory accepted the new account, and does not show it.",
    });
  if (outcome.isConfirmed)
    return { user, state: "made", sentence: "", password: password.password };
  return {
    user,
    state: "existing",
    sentence:
      `Correlated with account ${nameOf(user)}: its ${key.attribute} is ${quoted(key.value)}. The answer to its ` +
      "creation was lost, so its password is not certain.",
    password: null,
  };
}

/** Sets the manager if configured. Create never removes a manager. The user was read with `manager`. */
export async function withManager(
  { user, state }: Found,
  {
    configuration: { CorrelateOnly, setManagerOnCreate },
    managerReference,
    read,
    changeAll,
    log,
  }: Pick<Input, "configuration" | "managerReference" | "read" | "changeAll" | "log">,
): Promise<void> {
  if (!setManagerOnCreate || CorrelateOnly || managerReference === undefined) return;
  if (state === "planned") {
    log("information", "The manager is set when the account exists.");
    return;
  }
  await changeAll(settingManager(user, await managerOf(managerReference, { read })));
}

/** Create sets what is mapped as a setting of the mailbox; other fields of an account that exists stay as they are. */
export function createdSettings({ mailbox: { fields, reply } }: Wanted): WantedMailbox {
  return { fields: fields.filter(({ field }) => ofMailbox.test(field)), reply };
}

/**
 * Brings the mailbox of an account that exists to its settings, also when an earlier run did not finish it. A new
 * account has them as far as Active Directory keeps them: the synchronisation brings it to the cloud. The user was read
 * with `attributesForMailbox`.
 */
export async function withMailbox(
  { user, state }: Found,
  wanted: Wanted,
  { configuration, fields, read, changeAll }: Input,
): Promise<Pick<Applied, "after" | "audit"> | undefined> {
  const { CorrelateOnly } = configuration;
  const { hasExchange, keepsReply } = askedOf(fields, configuration);
  const names = fields.filter((name) => ofMailbox.test(name));
  const settings = createdSettings(wanted);
  if (CorrelateOnly || names.length === 0) return undefined;
  if (!hasExchange) return { after: {}, audit: [{ Message: ignoredFields(names) }] };
  if (state === "existing")
    return await applyMailbox(user, settings, { fields: names, keepsReply }, { read, changeAll });
  const waiting = settings.fields.filter(({ attributes }) => !attributes);
  const left = { fields: waiting, reply: settings.reply };
  const sentence = waitingSentence(user, left, "the synchronisation brings it to Entra ID first");
  return { after: {}, audit: sentence === undefined ? [] : [{ Message: sentence }] };
}
