/** How a person without an account of Entra ID gets one. */
import {
  applySettings,
  propertiesFor as mailboxPropertiesFor,
  settingsChange,
} from "../exchange/mailboxChange.ts";
import { cmdlets } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import { managerAssignment, managerLookup, managerOf, settingManager } from "../graph/manager.ts";
import { operations } from "../graph/target.ts";
import { deletedUserSearch, nameOf, userOf, type User } from "../graph/user.ts";
import { creatingUser, userCreation, type Key, type NewPassword } from "../graph/userCreation.ts";
import { userRestoration } from "../graph/userDeletion.ts";
import { propertiesAmong } from "../graph/userFields.ts";
import { userProperties } from "../graph/userProperties.ts";
import type { UserValues } from "../graph/userChange.ts";
import { quoted } from "../graphemes.ts";
import { mappedText, oneOf } from "../mappedValues.ts";
import type { CreateInput } from "../host/createAction.ts";
import type { Needs } from "../step.ts";
import { licenceOperations } from "./entraLicence.ts";
import type { EntraTargets, Wanted } from "./entra.ts";
import { ignoredFields, mailboxOf, mailboxOfUser, ofMailbox } from "./exchangeOnline.ts";
import { newPassword } from "./password.ts";

export const createNeeds: Needs<EntraTargets> = {
  graph: operations(
    deletedUserSearch,
    userCreation,
    userRestoration,
    managerLookup,
    managerAssignment,
    licenceOperations,
  ),
  exchange: cmdlets(mailboxOfUser, settingsChange),
};

type Input = CreateInput<
  EntraTargets,
  "CorrelateOnly" | "PasswordPolicy" | "exchangeOnlineIntegration" | "setManagerOnCreate"
>;

/** The property to look up for a correlation field. Throws an `invalid` fault for a field that no user has. */
export function keyProperty(field: string): string {
  const [name = "", part] = field.split(".");
  const [property] = propertiesAmong([name]);
  if (property !== undefined) return part === undefined ? property : `${property}/${part}`;
  throw Fault.invalid(
    `The account correlation field is ${quoted(field)}; expected a property of a user such as employeeId.`,
  );
}

/**
 * The values of a new user, the one that correlation looks for among them: without it, no later run would find the
 * user. Throws an `invalid` fault when that value cannot be set, or is mapped differently.
 */
export function newValues(values: UserValues, property: string, value: string): UserValues {
  const known = userProperties[property];
  if (!known || known.type !== undefined)
    throw Fault.invalid(
      `No user has ${quoted(value)} as ${property}, and a new one cannot be created with it; expected an account ` +
        "correlation field such as employeeId.",
    );
  const own = values[property];
  const mapped = typeof own === "string" && own !== "" ? own : value;
  if (mapped.toLowerCase() !== value.toLowerCase())
    throw Fault.invalid(
      `${property} is mapped with ${quoted(mapped)}, and correlation looks for ${quoted(value)}; expected ` +
        "the same value, so that a later run finds the account.",
    );
  return { accountEnabled: false, ...values, [property]: mapped };
}

/** The password that is mapped, or a new one. */
function passwordFor({ data, configuration }: Pick<Input, "data" | "configuration">): NewPassword {
  const mapped = data.get("passwordProfile.password");
  const name = "passwordProfile.forceChangePasswordNextSignIn";
  const mustChange = mappedText(name, data.get(name)) || "true";
  return {
    password:
      typeof mapped === "string" && mapped !== ""
        ? mapped
        : newPassword(configuration.PasswordPolicy ?? "random"),
    // Unless mapped otherwise: whoever delivers the password knows it too.
    forceChangePasswordNextSignIn: oneOf(name, mustChange, ["true", "false"]) === "true",
  };
}

/** In a preview, a user that would be created has no ID. */
const preview = "preview";

/** The user of a person, and why it is the right one. */
export interface Found {
  user: User;
  /** `existing`: reads show it. `made`: this run created it. `planned`: a run would create or restore it. */
  state: "existing" | "made" | "planned";
  isCreated: boolean;
  /** A sentence for the audit log; undefined when the step says it all. */
  sentence?: string;
  /** The password of a new user; null when the user existed, whose password stays. */
  password: string | null;
}

const notReturned = new Fault({
  kind: "unexpected",
  message: "Microsoft Graph did not return the user that it created, and does not show it.",
});

/** Creates the user. One that an earlier run has created is found, and not created again. */
export async function createUser(
  values: UserValues,
  key: Key,
  input: Pick<Input, "data" | "configuration" | "read" | "create">,
): Promise<Found> {
  const { read, create } = input;
  const passwordProfile = passwordFor(input);
  const creation = creatingUser(values, passwordProfile, key);
  const { step, confirm, created, isConfirmed } = creation;
  const result = await create({ ...step, recover: (fault) => read(confirm(fault)) });
  const { password } = passwordProfile;
  if (result === "planned") {
    const user = userOf({ ...creation.values, id: preview });
    return { user, state: "planned", isCreated: true, password: null };
  }
  if (!created()) await read(confirm(notReturned));
  const user = userOf({ id: "", ...created() });
  if (isConfirmed())
    return {
      user: userOf({ ...creation.values, ...user }),
      state: "made",
      isCreated: true,
      password,
    };
  const sentence =
    `Correlated with user ${nameOf(user)}: its ${key.property} is "${key.value}". It was created before this run, ` +
    "which does not know its password.";
  return { user, state: "existing", isCreated: false, sentence, password: null };
}

/** Sets the manager if configured, and returns its reference. Create never removes a manager. */
export async function withManager(
  { user, state }: Found,
  { configuration, managerReference, read, change }: Input,
): Promise<string | null> {
  if (!configuration.setManagerOnCreate || configuration.CorrelateOnly) return null;
  const manager = state === "existing" ? await read(managerOf(user.id)) : undefined;
  if (managerReference === undefined) return manager?.id ?? null;
  if (manager?.id.toLowerCase() !== managerReference.toLowerCase())
    await change(settingManager(user, managerReference, manager));
  return managerReference;
}

/** The platform allows 30 s for an event, and a mailbox takes minutes as a rule. */
const mailboxPatienceMs = 10_000;

/**
 * Waits for the mailbox of the user and brings it to its settings, if there are any. Throws `notReady` when the mailbox
 * takes longer: the next run finds the user and goes on.
 */
export async function withMailbox(
  { user, state }: Found,
  { settings }: Wanted,
  { configuration, fields, read, changeAll, log }: Input,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { CorrelateOnly, exchangeOnlineIntegration } = configuration;
  if (settings.length === 0 || CorrelateOnly) return undefined;
  if (!exchangeOnlineIntegration) {
    log("warning", ignoredFields(fields.filter((name) => ofMailbox.test(name))));
    return undefined;
  }
  if (state === "planned") {
    log("information", "The settings of the mailbox are compared when the mailbox exists.");
    return undefined;
  }
  const look = mailboxOf(user, mailboxPropertiesFor(settings));
  const what = `The mailbox of user ${nameOf(user)}`;
  const mailbox = await read((targets) =>
    targets.exchange.eventually(
      () =>
        look(targets).catch((thrown: unknown) => {
          if (Fault.of(thrown).kind !== "notReady") throw thrown;
          return undefined;
        }),
      { what, maxMs: mailboxPatienceMs },
    ),
  );
  return (await applySettings(mailbox, settings, { read, changeAll })).after;
}
