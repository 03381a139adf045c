/**
 * Rights on mailboxes of Exchange Online for accounts of Active Directory. Exchange Online keeps Full Access and Send
 * As of every mailbox. Send on Behalf is an attribute of Active Directory where that masters the mailbox.
 */
import {
  exchangeReferenceLookup,
  exchangeReferenceOf,
  linkLookup,
  referenceToRevokeOf,
  revokingLookup,
} from "../accounts/hybridLink.ts";
import { assertHasExchange, type HybridTargets } from "../accounts/hybridMailbox.ts";
import {
  addingDelegate,
  delegateAddition,
  delegateLookup,
  delegateRemoval,
  isDelegate,
  removingDelegate,
} from "../activeDirectory/delegate.ts";
import { operations as directoryOperations } from "../activeDirectory/target.ts";
import { nameOf as accountName, userById, userLookup, type User } from "../activeDirectory/user.ts";
import { anchorLookup, userByAnchor } from "../activeDirectory/userLink.ts";
import { accountById, accountLookup, accountOrFormerById } from "../exchange/account.ts";
import { mailboxById, mailboxLookup, type Mailbox } from "../exchange/mailbox.ts";
import { nameOf } from "../exchange/naming.ts";
import {
  grant,
  masteredElsewhere,
  revoke,
  rightGrant,
  rightProperties,
  rightRevocation,
  type RightOn,
} from "../exchange/rightChange.ts";
import { cmdlets, type ExchangeQuery } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import { immutableIdLookup, immutableIdOf } from "../graph/synchronisedUser.ts";
import { operations } from "../graph/target.ts";
import type { PermissionInput, Result } from "../host/permissionActions.ts";
import type { Gate, Needs } from "../step.ts";
import { recovering } from "./activeDirectoryGroups.ts";
import { revocableRights, rightsToGrant, rightsToRevoke } from "./sharedMailboxes.ts";

const anchor = "mS-DS-ConsistencyGuid";
const objectId = "ExternalDirectoryObjectId";
const lookups = [mailboxLookup, accountLookup, exchangeReferenceLookup];
const ofDirectory = [userLookup(anchor), anchorLookup, delegateLookup];
const graph = [linkLookup, immutableIdLookup];

export const grantNeeds: Needs<HybridTargets> = {
  activeDirectory: directoryOperations(...ofDirectory, delegateAddition),
  graph: operations(...graph),
  exchange: cmdlets(...lookups, rightGrant),
};
export const revokeNeeds: Needs<HybridTargets> = {
  activeDirectory: directoryOperations(...ofDirectory, delegateRemoval),
  graph: operations(...graph, revokingLookup),
  exchange: cmdlets(...lookups, rightRevocation),
};

/** Grants the rights of a reference, each in the system that masters it. */
export async function grantRights(
  input: PermissionInput<
    HybridTargets,
    "AutoMapping" | "SharedMailboxRights" | "SharedMailboxTypes" | "exchangeOnlineIntegration"
  >,
): Promise<Result> {
  const { configuration, read, attemptAll, log } = input;
  const user = await userOf(input);
  const reference = await exchangeReferenceOf(user, input);
  const rights = await read(rightsToGrant(input, accountById(reference), [objectId]));
  const { online, mastered } = parted(rights);
  const autoMapping = configuration.AutoMapping ?? true;
  const faults = await grant(online, { autoMapping, read, attemptAll, log });
  if (!mastered) return { faults };
  return await withDelegate(mastered, input, faults, async (owner) => {
    if (await read(isDelegate(owner, user)))
      return `${accountName(user)} may send on behalf of ${accountName(owner)} in Active Directory already.`;
    await read(insideBase(owner));
    // Someone else may have made the change in the meantime, which is refused.
    const recover = recovering(async () => await read(isDelegate(owner, user)));
    await input.change({ ...addingDelegate(owner, user), recover });
    return undefined;
  });
}

/** Revokes the rights of a reference, each in the system that masters it. */
export async function revokeRights(
  input: PermissionInput<HybridTargets, "exchangeOnlineIntegration">,
): Promise<Result> {
  const { read, attemptAll, log } = input;
  const user = await userOf(input);
  const endDelegation = (mailbox: Mailbox, faults: readonly Fault[]): Promise<Result> =>
    withDelegate(mailbox, input, faults, async (owner) => {
      if (!(await read(isDelegate(owner, user))))
        return `${accountName(user)} may not send on behalf of ${accountName(owner)} in Active Directory.`;
      await read(insideBase(owner));
      const recover = recovering(async () => !(await read(isDelegate(owner, user))));
      await input.change({ ...removingDelegate(owner, user), recover });
      return undefined;
    });
  const reference = await referenceToRevokeOf(user, input).catch(Fault.of);
  if (!(reference instanceof Fault)) {
    const account = accountOrFormerById(reference);
    const { online, mastered } = parted(await read(rightsToRevoke(input, account, [objectId])));
    const faults = await revoke(online, { read, attemptAll, log });
    return mastered ? await endDelegation(mastered, faults) : { faults };
  }
  // Active Directory may still have what the cloud has lost with the user.
  const mastered = await read(masteredMailbox(input));
  if (!mastered) throw reference;
  const isGone = reference.kind === "missing" && reference.isProven;
  const result = await endDelegation(mastered, isGone ? [] : [reference]);
  if (!isGone) return result;
  return { ...result, audit: [{ Message: reference.message }, ...(result.audit ?? [])] };
}

async function userOf({
  accountReference,
  configuration,
  read,
}: Pick<
  PermissionInput<HybridTargets, "exchangeOnlineIntegration">,
  "accountReference" | "configuration" | "read"
>): Promise<User> {
  assertHasExchange(configuration);
  return await read(userById(accountReference, [anchor]));
}

/** The mailbox of a reference, if it includes Send on Behalf and Active Directory masters that. */
function masteredMailbox({
  permission,
}: Pick<PermissionInput<HybridTargets>, "permission">): ExchangeQuery<Mailbox | undefined> {
  const wanted = revocableRights(permission("Permission"));
  const query = mailboxById(permission("Id"), [...rightProperties, objectId]);
  return async (targets) => {
    const mailbox = await query(targets);
    const isMastered = wanted.some((right) => masteredElsewhere(right, mailbox) !== undefined);
    return isMastered ? mailbox : undefined;
  };
}

/** Throws an `invalid` fault for an owner outside of the base DN, who is never changed. */
const insideBase = ({ id }: User) => userById(id);

/** The rights by their master. `mastered`: the mailbox whose Send on Behalf is one of Active Directory. */
function parted(rights: readonly RightOn[]): { online: RightOn[]; mastered: Mailbox | undefined } {
  const isElsewhere = ({ right, mailbox }: RightOn): boolean =>
    masteredElsewhere(right, mailbox) !== undefined;
  return {
    online: rights.filter((one) => !isElsewhere(one)),
    mastered: rights.find(isElsewhere)?.mailbox,
  };
}

/** Does what Active Directory has to get, regardless of the faults of Exchange Online. `work`: returns what to log. */
async function withDelegate(
  mailbox: Mailbox,
  { read }: Pick<Gate<HybridTargets>, "read">,
  faults: readonly Fault[],
  work: (owner: User) => Promise<string | undefined>,
): Promise<Result> {
  try {
    const immutableId = await read(immutableIdOf(String(mailbox[objectId])));
    const owner = await read(userByAnchor(immutableId, `Mailbox ${nameOf(mailbox)}`));
    const message = await work(owner);
    return { faults: [...faults], audit: message === undefined ? [] : [{ Message: message }] };
  } catch (thrown) {
    return { faults: [...faults, Fault.of(thrown)] };
  }
}
