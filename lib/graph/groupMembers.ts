import { Fault } from "../fault.ts";
import { mergedOperations, type Operations } from "../step.ts";
import type { Read } from "./client/reads.ts";
import { changeableGroups, groupById, groupList, groupLookup } from "./group.ts";
import type { ChangeableKind, Group } from "./group.ts";
import type { GraphQuery, GraphStream } from "./target.ts";

/** What `userMembersOfAll` sends. */
export const memberList: Operations = mergedOperations(groupList, groupLookup, {
  "GET /groups/{group}/members/microsoft.graph.user": ["group", "$select", "$top"],
});

/** A group with some of its members, by object ID; or why its members cannot be read. */
export type GroupMembers = { group: Group; users: string[] } | { group: Group; fault: Fault };

/**
 * The direct members that are users, of every group of the kind whose members can be changed through Graph, in pages,
 * in the order of their arrival. The fault of a group that no longer exists is a proven `missing`.
 */
export function userMembersOfAll(
  kind: ChangeableKind,
  alsoRead: readonly string[],
): GraphStream<GroupMembers> {
  const groups = changeableGroups(kind, alsoRead);
  return async function* (targets) {
    for await (const piece of targets.graph.each(groups(targets), userMembersOf)) {
      const { item: group } = piece;
      if ("page" in piece) yield { group, users: piece.page.objects.map(({ id }) => id) };
      else yield { group, fault: await settled(group, piece.fault)(targets) };
    }
  };
}

function userMembersOf({ id }: Group): Read {
  return {
    operation: "GET /groups/{group}/members/microsoft.graph.user",
    ids: { group: id },
    query: { select: [], top: 999 },
  };
}

/** "Not found" proves nothing alone: the fault of a look at the group itself, or the same fault when it exists. */
function settled(group: Group, fault: Fault): GraphQuery<Fault> {
  return async (targets) => {
    if (fault.kind !== "missing") return fault;
    return await groupById(group.id)(targets).then(() => fault, Fault.of);
  };
}
