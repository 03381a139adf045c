import { Fault, isRefusal } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { isRecord } from "../record.ts";
import { mergedOperations, type Operations } from "../step.ts";
import { isUserPrincipalName } from "./client/operations.ts";
import type { GraphQuery, GraphStep } from "./target.ts";
import { hasValue, nameOf, userOf, type User } from "./user.ts";
import type { UserValue, UserValues } from "./userChange.ts";
import { userProperties } from "./userProperties.ts";

/** What `creatingUser` sends, its looks included. */
export const userCreation: Operations = mergedOperations({
  "POST /users": [...Object.keys(userProperties), "passwordProfile"],
  "GET /users/{user}": ["user", "$select"],
});

/** The password of a new user. It is sent once and never read. */
export interface NewPassword {
  password: string;
  forceChangePasswordNextSignIn: boolean;
}

/** The property by which a later run finds the user: a text. */
export interface Key {
  property: string;
  value: string;
}

/** A user about to be created. */
export interface Creation {
  step: GraphStep;
  /** All values of the new user, those that follow from others among them. */
  values: UserValues;
  /**
   * Decides after a fault whether the user exists anyway: an answer was lost, or an earlier run created it. Throws the
   * fault to report when it does not.
   */
  confirm(fault: Fault): GraphQuery<"done">;
  /** The user, as Graph returned it or as a look found it; undefined before, and in a dry run. */
  created(): User | undefined;
  /** Whether Graph confirmed the request, and with it the password. */
  isConfirmed(): boolean;
}

const required = ["displayName", "userPrincipalName", "mailNickname"];
/** A new user can be invisible to readers for some seconds. */
const patienceMs = 8_000;

/**
 * The step that creates a user with these values. It is sent only once: after a failure, `confirm` looks for the user.
 * Throws an `invalid` fault that names what a new user must have.
 */
export function creatingUser(values: UserValues, passwordProfile: NewPassword, key: Key): Creation {
  const name = textIn(values, "userPrincipalName");
  const all: UserValues = { mailNickname: name.split("@")[0] ?? "", ...values };
  const missing = required.filter((property) => textIn(all, property) === "");
  if (missing.length > 0)
    throw Fault.invalid(`A new user needs ${missing.join(", ")}; expected a mapped value.`);
  if (!isUserPrincipalName(name))
    throw Fault.invalid(
      `The userPrincipalName is ${quoted(name)}; expected letters without accents, digits and ' . - _ ! # ^ ~, ` +
        "and a domain of the tenant after the @.",
    );
  let user: User | undefined;
  let isConfirmed = false;
  return {
    step: {
      target: "graph",
      operation: "POST /users",
      parameters: { ...withValues(all), passwordProfile },
      secrets: [passwordProfile.password],
      sentence: `Create user "${textIn(all, "displayName")}" <${name}>`,
      before: {},
      onAnswer(object) {
        user = userOf({ ...object, id: String(object["id"]) });
        isConfirmed = true;
      },
    },
    confirm: (fault) => async (targets) => {
      if (isRefusal(fault) && fault.kind !== "taken") throw fault;
      const look = (): Promise<User | undefined> => userNamed(name, key)(targets);
      const patience = { what: `User ${name}`, maxMs: patienceMs };
      user = await targets.graph.eventually(look, patience).catch((thrown: unknown) => {
        throw Fault.of(thrown).kind === "taken" ? thrown : fault;
      });
      return "done";
    },
    values: all,
    created: () => user,
    isConfirmed: () => isConfirmed,
  };
}

/**
 * The user with this name, if it has the key; undefined when there is none. Throws a `taken` fault that names the user
 * who has the name and not the key.
 */
export function userNamed(name: string, { property, value }: Key): GraphQuery<User | undefined> {
  return async ({ graph }) => {
    const query = { select: ["id", "displayName", "userPrincipalName", property] };
    try {
      const object = await graph.get({
        operation: "GET /users/{user}",
        ids: { user: name },
        query,
      });
      if (hasValue(object, [property], value)) return userOf(object);
      throw new Fault({
        kind: "taken",
        message:
          `The userPrincipalName ${name} belongs to user ${nameOf(userOf(object))}, whose ${property} is not ` +
          `${quoted(value)}; expected a name that no one has.`,
      });
    } catch (thrown) {
      const fault = Fault.of(thrown);
      if (fault.kind === "missing") return undefined;
      throw fault;
    }
  };
}

function textIn(values: UserValues, property: string): string {
  const value = values[property];
  return typeof value === "string" ? value : "";
}

/** Without what has no value: a new user has none of it. */
function withValues(values: UserValues): UserValues {
  const filled: Record<string, UserValue> = {};
  for (const [name, value] of Object.entries(values)) {
    const own = isRecord(value) ? withParts(value) : value;
    const isEmpty = own === null || own === "" || (Array.isArray(own) && own.length === 0);
    if (!isEmpty) filled[name] = own;
  }
  return filled;
}

/** The parts of an object that have a value; null when none has. */
function withParts(value: Readonly<Record<string, string | null>>): UserValue {
  const own = Object.entries(value).filter(([, part]) => part !== null && part !== "");
  return own.length === 0 ? null : Object.fromEntries(own);
}
