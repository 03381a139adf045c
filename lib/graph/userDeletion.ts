import { Fault } from "../fault.ts";
import { mergedOperations, type Operations } from "../step.ts";
import type { GraphQuery, GraphStep } from "./target.ts";
import { nameOf, userById, userLookup, type User } from "./user.ts";

/** What `deletingUser` sends, its look included. */
export const userDeletion: Operations = mergedOperations(userLookup, {
  "DELETE /users/{user}": ["user"],
});

/** The step that deletes a user, who can be restored for 30 days (documented). */
export function deletingUser(user: User): GraphStep {
  return {
    target: "graph",
    operation: "DELETE /users/{user}",
    parameters: { user: user.id },
    sentence: `Delete user ${nameOf(user)}`,
    before: { id: user.id, userPrincipalName: user.userPrincipalName },
    isRemoval: true,
    async isInEffect(targets) {
      try {
        await userById(user.id)(targets);
        return false;
      } catch (thrown) {
        const fault = Fault.of(thrown);
        if (fault.kind === "missing" && fault.isProven) return true;
        throw fault;
      }
    },
  };
}

/** What `restoringUser` sends, its look included. */
export const userRestoration: Operations = mergedOperations(userLookup, {
  "POST /directory/deletedItems/{item}/restore": ["item"],
});

/** A restored user is invisible to readers for some seconds. */
const patienceMs = 10_000;

/** The user after its restoration. Throws a `notReady` fault when no read shows it in time. */
export function restoredUser(
  { id, displayName }: User,
  select: readonly string[],
): GraphQuery<User> {
  const look = userById(id, select);
  return async (targets) =>
    await targets.graph.eventually(
      async () => {
        try {
          return await look(targets);
        } catch (thrown) {
          const { kind } = Fault.of(thrown);
          if (kind !== "missing" && kind !== "notReady") throw thrown;
          return undefined;
        }
      },
      { what: `The restored user "${displayName}" (${id})`, maxMs: patienceMs },
    );
}

/** The step that restores a deleted user, with its licences and memberships (documented). */
export function restoringUser(deleted: User): GraphStep {
  return {
    target: "graph",
    operation: "POST /directory/deletedItems/{item}/restore",
    parameters: { item: deleted.id },
    sentence: `Restore the deleted user "${deleted.displayName}" (${deleted.id})`,
    before: { isRestored: false },
    isInEffect: async (targets) => (await userById(deleted.id)(targets)).id === deleted.id,
  };
}
