import { Fault } from "../fault.ts";
import { mergedOperations, type Operations } from "../step.ts";
import type { Read } from "./client/reads.ts";
import { changeableGroups, groupById, groupList, groupLookup } from "./group.ts";
import type { Group, GroupKind } from "./group.ts";
import type { GraphQuery, GraphStream } from "./target.ts";

/** What `usersOfAll` sends for members, and for owners in addition. */
export const memberList: Operations = mergedOperations(groupList, groupLookup, {
  "GET /groups/{group}/members/microsoft.graph.user": ["group", "$select", "$top"],
});
export const holderList: Operations = mergedOperations(memberList, {
  "GET /groups/{group}/owners/microsoft.graph.user": ["group", "$select", "$top"],
});

/** What a user is to a group. */
export type Relation = "members" | "owners";

/** A group with some of its members or owners, by object ID; or why they cannot be read. */
export type GroupUsers = { group: Group; role: Relation } & (
  { users: string[] } | { fault: Fault }
);

/**
 * The users who are direct members or owners of every group of the kinds whose members can be changed, in pages, in the
 * order of their arrival. `roles`: what to read of a group. The fault of a group that no longer exists is a proven
 * `missing`.
 */
export function usersOfAll(
  kinds: readonly GroupKind[],
  roles: (group: Group) => readonly Relation[],
  alsoRead: readonly string[],
): GraphStream<GroupUsers> {
  const groups = changeableGroups(kinds, alsoRead);
  return async function* (targets) {
    async function* wanted(): AsyncGenerator<{ group: Group; role: Relation }> {
      for await (const group of groups(targets))
        for (const role of roles(group)) yield { group, role };
    }
    for await (const piece of targets.graph.each(wanted(), usersOf)) {
      const { group, role } = piece.item;
      if ("page" in piece) yield { group, role, users: piece.page.objects.map(({ id }) => id) };
      else yield { group, role, fault: await settled(group, piece.fault)(targets) };
    }
  };
}

function usersOf({ group: { id }, role }: { group: Group; role: Relation }): Read {
  return {
    operation: `GET /groups/{group}/${role}/microsoft.graph.user`,
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
