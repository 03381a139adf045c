import {
  accountById,
  accountLookup,
  accountOrFormerById,
  type Account,
} from "../exchange/account.ts";
import {
  adding,
  groupById,
  memberAddition,
  memberRemoval,
  membershipLookup,
  removing,
  type Group,
} from "../exchange/group.ts";
import { guidOf, objectIdLookup } from "../exchange/objectIds.ts";
import {
  mergedCmdlets,
  type Cmdlets,
  type ExchangeQuery,
  type ExchangeTarget,
} from "../exchange/target.ts";
import { together } from "../exchange/together.ts";
import type { Gate } from "../step.ts";

/** Members of the groups that Exchange Online masters: distribution lists and mail-enabled security groups. */

const lookups = mergedCmdlets(objectIdLookup, accountLookup, membershipLookup);
export const exchangeGrant: Cmdlets = mergedCmdlets(lookups, memberAddition);
export const exchangeRevoke: Cmdlets = mergedCmdlets(lookups, memberRemoval);

/** Object IDs in Entra ID. */
interface Ids {
  groupId: string;
  userId: string;
}
type Ways = Pick<Gate<ExchangeTarget>, "read" | "change">;

export async function addInExchange(ids: Ids, gate: Ways): Promise<void> {
  const [group, account] = await membershipOf(ids, accountById, gate);
  await gate.change(adding(group, account));
}

export async function removeInExchange(ids: Ids, gate: Ways): Promise<void> {
  const [group, account] = await membershipOf(ids, accountOrFormerById, gate);
  await gate.change(removing(group, account));
}

async function membershipOf(
  { groupId, userId }: Ids,
  accountWith: (id: string) => ExchangeQuery<Account>,
  { read }: Ways,
): Promise<readonly [Group, Account]> {
  return await read(
    together(
      byGuid(guidOf("group", groupId), groupById),
      byGuid(guidOf("user", userId), accountWith),
    ),
  );
}

function byGuid<T>(
  guid: ExchangeQuery<string>,
  query: (id: string) => ExchangeQuery<T>,
): ExchangeQuery<T> {
  return async (targets) => await query(await guid(targets))(targets);
}
