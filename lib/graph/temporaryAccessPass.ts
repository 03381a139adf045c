import { Fault } from "../fault.ts";
import { mergedOperations, type Operations } from "../step.ts";
import { textOf } from "./client/replies.ts";
import { isGoneFrom, ownedList } from "./ownedList.ts";
import type { GraphQuery, GraphStep } from "./target.ts";
import { nameOf, userById, userLookup, type User } from "./user.ts";

/** A Temporary Access Pass of a user, without its value: Graph returns that only when it creates one (documented). */
export interface AccessPass {
  id: string;
  /** Whether the user can sign in with it, now or later. */
  isUsable: boolean;
}

/** How long a new pass can be used, and how often. */
export interface PassRules {
  lifetimeInMinutes: number;
  isUsableOnce: boolean;
}

export const passOperation = "GET /users/{user}/authentication/temporaryAccessPassMethods";
/** What `passesOf` and the looks of the steps send. */
export const passLookup: Operations = mergedOperations(userLookup, { [passOperation]: ["user"] });
/** What `creatingPass` and `removingPass` send, without their looks. */
export const passCreation: Operations = {
  "POST /users/{user}/authentication/temporaryAccessPassMethods": [
    ...["user", "lifetimeInMinutes", "isUsableOnce"],
  ],
};
export const passRemoval: Operations = {
  "DELETE /users/{user}/authentication/temporaryAccessPassMethods/{method}": ["user", "method"],
};

/** The passes of a user: one at most (documented). Throws a proven `missing` fault when the user does not exist. */
export function passesOf(user: User): GraphQuery<AccessPass[]> {
  const read = { operation: passOperation, ids: { user: user.id }, query: { select: [] } } as const;
  const list = ownedList(read, userById(user.id));
  return async (targets) => (await list(targets)).map(passIn);
}

/** A pass that was used or has expired stays listed for a while, with the reason (documented). */
export function passIn(object: Readonly<Record<string, unknown>>): AccessPass {
  const { isUsable, methodUsabilityReason } = object;
  return {
    id: textOf(object["id"]),
    isUsable: isUsable === true || /^notYetValid$/i.test(textOf(methodUsabilityReason)),
  };
}

/** The fault of a pass whose value did not arrive: no one can use it. */
export function passNotReturned(user: User): Fault {
  return new Fault({
    kind: "unexpected",
    message: `Microsoft Graph did not return the Temporary Access Pass that it created for ${nameOf(user)}.`,
  });
}

/** A pass about to be created. */
export interface PassCreation {
  step: GraphStep;
  /** The value of the pass, as Graph returned it; undefined before, and in a dry run. */
  created(): string | undefined;
}

/**
 * The step that creates a pass. It takes the place of the one before (documented), so that the user never has two: also
 * when an answer is lost and the step is sent again. `before`: the passes as read.
 */
export function creatingPass(
  user: User,
  rules: PassRules,
  before: readonly AccessPass[],
): PassCreation {
  const { lifetimeInMinutes, isUsableOnce } = rules;
  const name = nameOf(user);
  let created: { id: string; pass: string } | undefined;
  const uses = isUsableOnce ? "one sign-in" : "any number of sign-ins";
  const what = before.some(({ isUsable }) => isUsable)
    ? `Replace the Temporary Access Pass of ${name}`
    : `Create a Temporary Access Pass for ${name}`;
  return {
    step: {
      target: "graph",
      operation: "POST /users/{user}/authentication/temporaryAccessPassMethods",
      parameters: { user: user.id, lifetimeInMinutes, isUsableOnce },
      sentence: `${what} (${lifetimeInMinutes} minutes, ${uses})`,
      before: { passes: before.map(({ id }) => id) },
      secretAnswer: ["temporaryAccessPass"],
      onAnswer(object) {
        const pass = textOf(object["temporaryAccessPass"]);
        const reason = textOf(object["methodUsabilityReason"]);
        if (/^disabledByPolicy$/i.test(reason))
          throw new Fault({
            kind: "denied",
            message:
              `The Temporary Access Pass of ${name} was created, and cannot be used: the policy of the tenant does ` +
              "not allow it (DisabledByPolicy).",
          });
        if (pass === "") throw passNotReturned(user);
        created = { id: textOf(object["id"]), pass };
      },
      isInEffect: async (targets) =>
        created !== undefined &&
        (await passesOf(user)(targets)).some(({ id }) => id === created?.id),
    },
    created: () => created?.pass,
  };
}

/** Removes a pass. */
export function removingPass(user: User, { id }: AccessPass): GraphStep {
  return {
    target: "graph",
    operation: "DELETE /users/{user}/authentication/temporaryAccessPassMethods/{method}",
    parameters: { user: user.id, method: id },
    sentence: `Remove the Temporary Access Pass from ${nameOf(user)}`,
    before: { passes: [id] },
    isInEffect: isGoneFrom(passesOf(user), (one) => one.id === id),
    isRemoval: true,
  };
}
