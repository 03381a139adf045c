import { folded } from "../caseFolding.ts";
import { foldedName, type ObjectNames } from "../exchange/objectNames.ts";
import { Fault } from "../fault.ts";
import type { ResourceItem } from "../host/resourceActions.ts";
import { namesOf } from "../exchange/naming.ts";

/** An item with the names of its object, or the fault that explains why it cannot have names. */
export interface Named {
  item: ResourceItem;
  names: ObjectNames | Fault;
}

/** The items whose key or names clash with those of another item, each with a fault that lists the clashing items. */
export function clashesAmong(all: readonly Named[]): Map<ResourceItem, Fault> {
  const faults = new Map<ResourceItem, Fault>();
  const refuse = (items: readonly ResourceItem[], why: string): void => {
    const message = `${namesOf(
      items.map(({ label }) => label),
      " and ",
    )} ${why}.`;
    for (const item of items) if (!faults.has(item)) faults.set(item, Fault.invalid(message));
  };
  for (const items of groupsOf(all, ({ item }) => folded(item.key)))
    refuse(
      items,
      "have the same key, so it is unknown which of them a resource with that key belongs to",
    );
  const nameable = all.flatMap(({ item, names }) =>
    names instanceof Fault ? [] : [{ item, names }],
  );
  for (const items of groupsOf(nameable, ({ names }) => foldedName(names.Name)))
    refuse(items, "result in the same name in Exchange");
  for (const items of groupsOf(nameable, ({ names }) => names.PrimarySmtpAddress.toLowerCase()))
    refuse(items, "result in the same address in Exchange");
  return faults;
}

function groupsOf<T extends { item: ResourceItem }>(
  all: readonly T[],
  by: (one: T) => string,
): ResourceItem[][] {
  const groups = new Map<string, ResourceItem[]>();
  for (const one of all) {
    const group = groups.get(by(one));
    if (group) group.push(one.item);
    else groups.set(by(one), [one.item]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}
