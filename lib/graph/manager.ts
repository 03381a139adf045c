import { Fault } from "../fault.ts";
import { assertGuid } from "../guid.ts";
import type { Operations } from "../step.ts";
import { textOf } from "./client/replies.ts";
import type { GraphQuery, GraphStep } from "./target.ts";
import { nameOf, userById, userOf, identifyingProperties, type User } from "./user.ts";

/** What `managerOf` sends. */
export const managerLookup: Operations = {
  "GET /users/{user}/manager": ["user", "$select"],
  "GET /users/{user}": ["user", "$select"],
  "GET /users": ["$filter", "$select"],
};
/** What `settingManager` and `removingManager` send, without their looks. */
export const managerAssignment: Operations = {
  "PUT /users/{user}/manager/$ref": ["user", "manager"],
};
export const managerRemoval: Operations = {
  "DELETE /users/{user}/manager/$ref": ["user"],
};

/**
 * The manager of a user; undefined when the user has none. Throws a proven `missing` fault when the user does not
 * exist: Graph has the same code for both.
 */
export function managerOf(userId: string): GraphQuery<User | undefined> {
  assertGuid(userId, "The object ID of the user");
  return async (targets) => {
    try {
      const ids = { user: userId };
      const read = {
        operation: "GET /users/{user}/manager",
        ids,
        query: { select: identifyingProperties },
      } as const;
      return userOf(await targets.graph.get(read));
    } catch (thrown) {
      const fault = Fault.of(thrown);
      if (fault.kind === "noEntry") return undefined;
      if (fault.kind === "missing") await userById(userId)(targets);
      throw fault;
    }
  };
}

/** The step that makes another user the manager. `before`: the manager as read. */
export function settingManager(user: User, managerId: string, before: User | undefined): GraphStep {
  assertGuid(managerId, "The object ID of the manager");
  return {
    target: "graph",
    operation: "PUT /users/{user}/manager/$ref",
    parameters: { user: user.id, manager: managerId },
    sentence: `Set the manager of ${nameOf(user)} to ${managerId}`,
    before: { manager: before?.id ?? null },
    isInPlace: isManager(before, managerId),
    isSilent: true,
    async isInEffect(targets) {
      if (isManager(await managerOf(user.id)(targets), managerId)) return true;
      // "Does not exist" can be about the manager.
      await userById(managerId)(targets);
      return false;
    },
  };
}

/** The step after which the user has no manager. `before`: the manager as read. */
export function removingManager(user: User, before: User | undefined): GraphStep {
  return {
    target: "graph",
    operation: "DELETE /users/{user}/manager/$ref",
    parameters: { user: user.id },
    sentence: `Remove the manager of ${nameOf(user)}`,
    before: { manager: before?.id ?? null },
    isInPlace: before === undefined,
    isInEffect: async (targets) => (await managerOf(user.id)(targets)) === undefined,
    isRemoval: true,
  };
}

function isManager(manager: User | undefined, id: string): boolean {
  return textOf(manager?.id).toLowerCase() === id.toLowerCase();
}
