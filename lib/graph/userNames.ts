import type { Operations } from "../step.ts";
import { anyOf, contains, equals, type Condition } from "./client/odata.ts";
import { textOf, type GraphObject } from "./client/replies.ts";
import type { GraphQuery } from "./target.ts";
import { nameOf, userOf } from "./user.ts";

/** What `holdersOf` sends. */
export const nameSearch: Operations = {
  "GET /users": ["$filter", "$select", "$top"],
  "GET /groups": ["$filter", "$select", "$top"],
};

/** What must be unique: a nickname of a user, or a name that is also an address. */
export interface UniqueName {
  kind: "address" | "nickname";
  value: string;
}

/** A user or a group that has a name, as it was read. */
export interface Holder {
  /** As a sentence names it. */
  description: string;
  object: GraphObject;
}

/** Enough to find another object beside the account itself and one that an earlier run has made. */
const maxHolders = 5;

/**
 * The users and groups that have each of these names, in the order of the names, with one request for ten of them. An
 * address of a user is its name, its mail address or one of its other addresses. `alsoRead` names properties of the
 * users to read.
 */
export function holdersOf(
  names: readonly UniqueName[],
  alsoRead: readonly string[],
): GraphQuery<Holder[][]> {
  const searches = names.flatMap((name) => searchesFor(name, alsoRead));
  return async ({ graph }) => {
    const holders = new Map(names.map((name): [UniqueName, Holder[]] => [name, []]));
    for await (const piece of graph.each(searches, ({ read }) => read)) {
      if ("fault" in piece) throw piece.fault;
      const { name, describe } = piece.item;
      const found = piece.page.objects.map((object) => ({ description: describe(object), object }));
      holders.get(name)?.push(...found);
    }
    return [...holders.values()];
  };
}

function searchesFor(name: UniqueName, alsoRead: readonly string[]) {
  const ofUsers = {
    name,
    describe: (object: GraphObject) => `user ${nameOf(userOf(object))}`,
    read: readOf("GET /users", ["displayName", "userPrincipalName", ...alsoRead], userFilter(name)),
  };
  if (name.kind === "nickname") return [ofUsers];
  const ofGroups = {
    name,
    describe: ({ id, displayName }: GraphObject) => `group "${textOf(displayName)}" (${id})`,
    read: readOf("GET /groups", ["displayName"], anyOf(...addressFilters(name))),
  };
  return [ofUsers, ofGroups];
}

function readOf(
  operation: "GET /users" | "GET /groups",
  select: readonly string[],
  filter: Condition,
) {
  return { operation, query: { select, filter, top: maxHolders } } as const;
}

function userFilter(name: UniqueName): Condition {
  if (name.kind === "nickname") return equals("mailNickname", name.value);
  return anyOf(equals("userPrincipalName", name.value), ...addressFilters(name));
}

function addressFilters({ value }: UniqueName): Condition[] {
  return [equals("mail", value), contains("proxyAddresses", `smtp:${value}`)];
}
