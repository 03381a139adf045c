/** Who may send on behalf of a mailbox that Active Directory masters: the attribute publicDelegates of its account. */
import type { Operations } from "../step.ts";
import { guidBytes } from "./client/attributes.ts";
import type { DirectoryQuery, DirectoryStep } from "./target.ts";
import { nameOf, type User } from "./user.ts";
import { exchangeFollows } from "./userChange.ts";

/** What `isDelegate` sends. */
export const delegateLookup: Operations = { search: ["objectGUID", "publicDelegates"] };
/** What `addingDelegate` and `removingDelegate` send, without their looks. */
export const delegateAddition: Operations = { addDelegate: ["objectGUID", "publicDelegates"] };
export const delegateRemoval: Operations = { removeDelegate: ["objectGUID", "publicDelegates"] };

/** Whether the user may send on behalf of the owner of the mailbox, who may be outside of the base DN. */
export function isDelegate(owner: User, user: User): DirectoryQuery<boolean> {
  const isOwner = { attribute: "objectGUID", equals: guidBytes(owner.id) } as const;
  const filter = {
    all: [isOwner, { attribute: "publicDelegates", equals: user.dn }],
  } as const;
  const search = { filter, attributes: ["objectGUID"], isOfDomain: true } as const;
  return async ({ activeDirectory }) =>
    (await activeDirectory.list({ ...search, inDomainOf: owner.dn })).length > 0;
}

/** Lets the user send on behalf of the owner. */
export function addingDelegate(owner: User, user: User): DirectoryStep {
  return {
    target: "activeDirectory",
    operation: "addDelegate",
    parameters: { objectGUID: owner.id, publicDelegates: user.dn },
    sentence:
      `Grant Send on Behalf on the mailbox of ${nameOf(owner)} to ${nameOf(user)} in Active Directory; ` +
      exchangeFollows,
    before: { SendOnBehalf: false },
    isInEffect: isDelegate(owner, user),
  };
}

/** Ends that. */
export function removingDelegate(owner: User, user: User): DirectoryStep {
  return {
    target: "activeDirectory",
    operation: "removeDelegate",
    parameters: { objectGUID: owner.id, publicDelegates: user.dn },
    sentence:
      `Revoke Send on Behalf on the mailbox of ${nameOf(owner)} from ${nameOf(user)} in Active Directory; ` +
      exchangeFollows,
    before: { SendOnBehalf: true },
    isInEffect: async (targets) => !(await isDelegate(owner, user)(targets)),
    isRemoval: true,
  };
}
