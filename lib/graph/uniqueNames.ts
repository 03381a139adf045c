import { textOf } from "./client/replies.ts";
import type { ChangeableKind, Group } from "./group.ts";

/** The unique name of the group of Entra ID that belongs to a key: sub-permissions find the group by it. */
export function uniqueNameOf(kind: ChangeableKind, key: string, prefix: string): string {
  return beginningOf(kind, prefix) + key;
}

/** What the unique names of all groups of a kind that the connector manages begin with. */
export function beginningOf(kind: ChangeableKind, prefix: string): string {
  return `${prefix}-${kind}-`;
}

/** The unique name of a group that was read with it; empty when it has none. Case does not count. */
export function uniqueNameIn(group: Group): string {
  return textOf(group["uniqueName"]);
}
