import { Fault } from "../fault.ts";
import { settledFault } from "./absence.ts";
import { collectPages, type Piece } from "./client/batch.ts";
import { textOf } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { assertReturned } from "./client/lookUp.ts";
import { equals } from "./client/opath.ts";
import { groupById, membershipLookup, type Group } from "./group.ts";
import { cloudGroups, groupList, type GroupCondition } from "./groupList.ts";
import { nameOf } from "./naming.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeStream } from "./target.ts";

/** A member as Get-DistributionGroupMember returns it. */
export interface Member {
  Guid: string;
  DisplayName: string;
  RecipientTypeDetails: string;
}

/** What `membersOfAll` sends. */
export const memberList: Cmdlets = mergedCmdlets(groupList, membershipLookup, {
  "Get-DistributionGroupMember": ["Identity", "ResultSize"],
  "Get-Recipient": ["Filter", "ResultSize"],
});

type GroupMembers = { group: Group; members: Member[] } | { group: Group; fault: Fault };

/**
 * The direct members of every cloud group, or of those of the condition, in pages, in the order in which they arrive;
 * or the fault of a group whose members cannot be read. That a group has no members has to be confirmed by
 * Get-Recipient.
 */
export function membersOfAll(where?: GroupCondition): ExchangeStream<GroupMembers> {
  const groups = cloudGroups(where, ["DistinguishedName"]);
  return async function* ({ exchange }) {
    const commandFor = (group: Group) => ({
      cmdlet: "Get-DistributionGroupMember",
      parameters: { Identity: group.Guid, ResultSize: "Unlimited" },
      select: ["Guid", "DisplayName", "RecipientTypeDetails"],
    });
    const empty: Group[] = [];
    const hasMembers = new Set<Group>();
    for await (const piece of exchange.each(groups({ exchange }), commandFor)) {
      const one = read(piece);
      if ("fault" in one) {
        const look = groupById(one.group.Guid);
        yield { ...one, fault: await settledFault(one.fault, look)({ exchange }) };
      } else {
        if (one.members.length > 0) hasMembers.add(one.group);
        else if (!hasMembers.has(one.group)) empty.push(one.group);
        yield one;
      }
    }
    yield* wronglyEmpty(empty, exchange);
  };
}

/** Get-Recipient finds the members of a group by the group's distinguished name. */
async function* wronglyEmpty(
  groups: readonly Group[],
  exchange: Exchange,
): AsyncGenerator<{ group: Group; fault: Fault }, void, undefined> {
  const asked = exchange.each(groups, (group) => ({
    cmdlet: "Get-Recipient",
    parameters: {
      Filter: equals("MemberOfGroup", textOf(group["DistinguishedName"])),
      ResultSize: 1,
    },
    select: ["Guid"],
  }));
  for await (const { item: group, rows, fault } of collectPages(asked)) {
    if (fault) yield { group, fault };
    else if (rows.length > 0)
      yield {
        group,
        fault: new Fault({
          kind: "unexpected",
          message:
            `Exchange Online returned no members of group ${nameOf(group)}, ` +
            "but Get-Recipient shows that it has some.",
        }),
      };
  }
}

function read(piece: Piece<Group>): GroupMembers {
  if ("fault" in piece) return { group: piece.item, fault: piece.fault };
  const { item: group, page } = piece;
  try {
    for (const row of page.rows)
      assertReturned(row, ["Guid", "RecipientTypeDetails"], `a member of group ${nameOf(group)}`);
  } catch (thrown) {
    return { group, fault: Fault.of(thrown) };
  }
  return {
    group,
    members: page.rows.map((row) => ({
      Guid: textOf(row["Guid"]),
      DisplayName: textOf(row["DisplayName"]),
      RecipientTypeDetails: textOf(row["RecipientTypeDetails"]),
    })),
  };
}
