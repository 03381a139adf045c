/** What is different between two states in what only Entra ID knows. */
import { textOf, type Json, type Values } from "./graph/json.ts";
import type { Difference, ObjectChange } from "./changes.ts";
import type { Value } from "./properties.ts";
import type { DirectoryObject } from "./state.ts";
import type { Store } from "./store.ts";
import { summaryOf, type Summary } from "./view.ts";

const kinds = { users: "user of Entra ID", groups: "group of Entra ID" } as const;
type Kind = keyof typeof kinds;

/** The users and groups that are different now. One that Exchange has too is called as there. */
export function entraChangesSince(then: Store, now: Store): ObjectChange[] {
  return (["users", "groups"] as const).flatMap((kind) => {
    const [old, present] = [recordsIn(then, kind), recordsIn(now, kind)];
    const ids = new Set([...Object.keys(old), ...Object.keys(present)]);
    return [...ids].flatMap((id): ObjectChange[] => {
      const [was, is] = [old[id], present[id]];
      const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})]);
      const differences = [...names]
        .map((property) => differenceOf(property, was, is, now))
        .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
      if (differences.length === 0) return [];
      const object = objectOf(id, now) ?? objectOf(id, then);
      const known = object ? summaryOf(object, now) : recordSummary(id, kind, is ?? was ?? {});
      const isWhole = object === undefined;
      return [{ object: known, change: changeOf(isWhole, was, is), differences }];
    });
  });
}

function recordsIn({ state }: Store, kind: Kind): Readonly<Record<string, Values>> {
  return state.entra?.[kind] ?? {};
}

function objectOf(id: string, { state }: Store): DirectoryObject | undefined {
  return state.objects.find((object) => object["ExternalDirectoryObjectId"] === id);
}

function changeOf(
  isWhole: boolean,
  was: Values | undefined,
  is: Values | undefined,
): ObjectChange["change"] {
  if (!isWhole || (was && is)) return "changed";
  return was ? "removed" : "created";
}

function differenceOf(
  property: string,
  was: Values | undefined,
  is: Values | undefined,
  store: Store,
): Difference {
  const [from, to] = [was?.[property], is?.[property]];
  return {
    property,
    ...(from !== undefined && { from: shown(property, from, store) }),
    ...(to !== undefined && { to: shown(property, to, store) }),
  };
}

const references = /^(manager|members|owners)$/;

/** A value, with names for the objects that it refers to. */
function shown(property: string, value: Json, store: Store): Value {
  const named = (id: Json): string => nameOf(textOf(id), store);
  if (references.test(property)) return Array.isArray(value) ? value.map(named) : named(value);
  // Objects are values of Graph, which only this list has.
  return value as Value;
}

function nameOf(id: string, store: Store): string {
  const object = objectOf(id, store);
  if (object) return summaryOf(object, store).name;
  const record = recordsIn(store, "users")[id] ?? recordsIn(store, "groups")[id];
  return record ? textOf(record["displayName"]) : id;
}

function recordSummary(id: string, kind: Kind, record: Values): Summary {
  const { displayName, userPrincipalName, deletedDateTime } = record;
  return {
    guid: id,
    name: textOf(displayName),
    ...(typeof userPrincipalName === "string" && { address: userPrincipalName }),
    type: kinds[kind],
    isDeleted: typeof deletedDateTime === "string",
  };
}
