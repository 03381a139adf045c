import type { Operations } from "../step.ts";
import type { DirectoryStep } from "./target.ts";
import { nameOf, userLookup, type User } from "./user.ts";
import { assertNotConnector, entraFollows } from "./userChange.ts";

/** What `deletingUser` sends, its look included. */
export const userDeletion: Operations = { ...userLookup(), delete: ["objectGUID"] };

/**
 * The step that deletes a user. It can be restored only where the recycle bin of the forest is on. Throws an `invalid`
 * fault for the account that the connector itself signs in as.
 */
export function deletingUser(user: User): DirectoryStep {
  assertNotConnector(user, "delete");
  return {
    target: "activeDirectory",
    operation: "delete",
    parameters: { objectGUID: user.id },
    sentence: `Delete the account ${nameOf(user)} in Active Directory; ${entraFollows}`,
    before: { objectGUID: user.id, distinguishedName: user.dn },
    isRemoval: true,
    // It was visible a moment ago, on the same controller: now it is not there.
    isInEffect: async ({ activeDirectory }) =>
      (await activeDirectory.get({ id: user.id, attributes: ["objectGUID"] })) === undefined,
  };
}
