/** What links an account of Active Directory to its user of Entra ID, and so to its mailbox in Exchange Online. */
import { nameOf, type User } from "../activeDirectory/user.ts";
import { anchorsOf } from "../activeDirectory/userLink.ts";
import { guidOf, objectIdLookup } from "../exchange/objectIds.ts";
import type { Cmdlets, ExchangeTarget } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import { synchronisedUser, synchronisedUserSearch } from "../graph/synchronisedUser.ts";
import type { GraphQuery, GraphTarget } from "../graph/target.ts";
import { lookedUp } from "../graph/lookup.ts";
import {
  deletedUserSearch,
  nameOf as entraName,
  userOrDeletedWhere,
  type User as EntraUser,
} from "../graph/user.ts";
import type { Gate, Operations } from "../step.ts";

/** What `linkedUser` sends. */
export const linkLookup: Operations = synchronisedUserSearch;

/**
 * The user of Entra ID that the synchronisation has linked to an account, which was read with `mS-DS-ConsistencyGuid`;
 * undefined when it has not done so. Throws as `synchronisedUser`.
 */
export function linkedUser(user: User): GraphQuery<EntraUser | undefined> {
  const { userPrincipalName } = user;
  return synchronisedUser({
    anchors: anchorsOf(user),
    userPrincipalName: typeof userPrincipalName === "string" ? userPrincipalName : undefined,
    name: nameOf(user),
  });
}

/** What `exchangeReferenceOf` sends to Exchange Online. */
export const exchangeReferenceLookup: Cmdlets = objectIdLookup;

/**
 * The reference that the sets of Exchange Online know an account by: the Guid of its user or mailbox there. The user
 * was read with `mS-DS-ConsistencyGuid`. Throws a `notReady` fault as long as the synchronisation has not brought the
 * account to Entra ID, or Exchange Online does not show it.
 */
export async function exchangeReferenceOf(
  user: User,
  { read }: Pick<Gate<ExchangeTarget & GraphTarget>, "read">,
): Promise<string> {
  const linked = await read(linkedUser(user));
  if (linked) return await read(guidOf("user", linked.id));
  throw notLinked(user);
}

/** What `referenceToRevokeOf` sends to Microsoft Graph. */
export const revokingLookup: Operations = deletedUserSearch;

/**
 * The same where access is taken away. Throws a proven `missing` fault when the user of Entra ID was deleted, as when
 * its account has left what is synchronised: it has no access any more.
 */
export async function referenceToRevokeOf(
  user: User,
  { read }: Pick<Gate<ExchangeTarget & GraphTarget>, "read">,
): Promise<string> {
  const linked = await read(linkedUser(user));
  if (linked) return await read(guidOf("user", linked.id));
  for (const value of anchorsOf(user)) {
    const [{ deleted }] = await read(lookedUp(userOrDeletedWhere(anchor, value, [])));
    if (deleted?.[anchor] === value)
      throw new Fault({
        kind: "missing",
        isProven: true,
        message: `User ${entraName(deleted)} of Entra ID, which was linked to ${nameOf(user)}, was deleted.`,
      });
  }
  throw notLinked(user);
}

const anchor = "onPremisesImmutableId";

function notLinked(user: User): Fault {
  return new Fault({
    kind: "notReady",
    message:
      `Entra ID shows no user that is linked to ${nameOf(user)} yet, so Exchange Online was not changed. The next ` +
      "synchronisation brings the account there.",
  });
}
