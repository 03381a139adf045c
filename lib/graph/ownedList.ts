import { Fault } from "../fault.ts";
import type { Read } from "./client/reads.ts";
import type { GraphObject } from "./client/replies.ts";
import type { ListOperation } from "./client/operations.ts";
import type { GraphQuery } from "./target.ts";

/**
 * A list that belongs to an object, such as the groups of a user. `owner` reads that object by its ID; its proven
 * `missing` fault is thrown when it does not exist.
 */
export function ownedList(
  read: Read<ListOperation>,
  owner: GraphQuery<unknown>,
): GraphQuery<GraphObject[]> {
  return async (targets) =>
    await targets.graph.list(read).catch(async (thrown: unknown) => {
      throw await settled(Fault.of(thrown), owner)(targets);
    });
}

/** "Not found" proves nothing alone: the fault of a look at the owner, or the same fault when it exists. */
export function settled(fault: Fault, owner: GraphQuery<unknown>): GraphQuery<Fault> {
  return async (targets) =>
    fault.kind === "missing" ? await owner(targets).then(() => fault, Fault.of) : fault;
}

/**
 * A list that was read again while it was empty, up to `looks` times in all: an empty list is also what a replica
 * answers that does not know the owner of the list yet.
 */
export function confirmedList<Item>(list: GraphQuery<Item[]>, looks = 2): GraphQuery<Item[]> {
  return async (targets) => {
    const items = await list(targets);
    if (items.length > 0 || looks === 1) return items;
    return await confirmedList(list, looks - 1)(targets);
  };
}

/** Whether a list, also one that is empty, shows that something is gone. */
export function isGoneFrom<Item>(
  list: GraphQuery<Item[]>,
  isIt: (item: Item) => boolean,
): GraphQuery<boolean> {
  return async (targets) => !(await confirmedList(list)(targets)).some(isIt);
}
