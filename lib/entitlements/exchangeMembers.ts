import {
  accountById,
  accountLookup,
  accountOrFormerById,
  type Account,
} from "../exchange/account.ts";
import {
  adding,
  groupById,
  isMember,
  memberAddition,
  memberRemoval,
  membershipLookup,
  removing,
  type Group,
} from "../exchange/group.ts";
import { guidOf, objectIdLookup } from "../exchange/objectIds.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeTarget } from "../exchange/target.ts";
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

export async function addInExchange({ groupId, userId }: Ids, gate: Ways): Promise<void> {
  const group = await groupOf(groupId, gate);
  const account = await gate.read(accountById(await gate.read(guidOf("user", userId))));
  await gate.change(adding(...(await membership(group, account, gate))));
}

export async function removeInExchange({ groupId, userId }: Ids, gate: Ways): Promise<void> {
  const group = await groupOf(groupId, gate);
  const account = await gate.read(accountOrFormerById(await gate.read(guidOf("user", userId))));
  await gate.change(removing(...(await membership(group, account, gate))));
}

async function groupOf(id: string, { read }: Ways): Promise<Group> {
  return await read(groupById(await read(guidOf("group", id))));
}

async function membership(
  group: Group,
  account: Account,
  { read }: Ways,
): Promise<[Group, Account, boolean]> {
  return [group, account, await read(isMember(group, account))];
}
