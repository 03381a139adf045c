import { folded } from "../caseFolding.ts";
import { readAhead } from "../concurrency.ts";
import { Fault } from "../fault.ts";
import { assertGuid } from "../guid.ts";
import { mergedOperations, type Operations } from "../step.ts";
import { assertReturned, objectById } from "./absence.ts";
import { equals } from "./client/odata.ts";
import { textOf, type GraphObject } from "./client/replies.ts";
import type { Lookup } from "./lookup.ts";
import type { GraphQuery, GraphStream } from "./target.ts";

/** A user of the tenant, with the properties that were requested. */
export interface User extends GraphObject {
  displayName: string;
  userPrincipalName: string;
}

/** The properties that every user is read with. */
export const identifyingProperties = ["id", "displayName", "userPrincipalName"];

/** What `userById` sends. */
export const userLookup: Operations = {
  "GET /users/{user}": ["user", "$select"],
  "GET /users": ["$filter", "$select"],
};
/** What `userWhere` sends. */
export const userSearch: Operations = { "GET /users": ["$filter", "$select", "$top"] };

/** The user with this object ID. Throws a proven `missing` fault when there is none. */
export function userById(id: string, select: readonly string[] = []): GraphQuery<User> {
  assertGuid(id, "The object ID of the user");
  return async ({ graph }) => {
    const object = await objectById(graph, "user", id, [...identifyingProperties, ...select]);
    assertReturned(object, select, `user ${id}`);
    return userOf(object);
  };
}

/**
 * The one user that has the value in a property, or undefined. Throws an `ambiguous` fault for several. A directory
 * compares more loosely than people do (`Jose` finds `José`), so every result is compared again.
 */
export function userWhere(
  property: string,
  value: string,
  select: readonly string[] = [],
): GraphQuery<User | undefined> {
  const filter = equals(property, value);
  const [read = property, ...path] = property.split("/");
  return async ({ graph }) => {
    const properties = [...identifyingProperties, ...select, read];
    const query = { select: properties, filter, top: maxFound };
    const objects = await graph.list({ operation: "GET /users", query });
    const found = objects.filter((object) => hasValue(object, [read, ...path], value));
    return onlyOne(found, property, value);
  };
}

function onlyOne(found: readonly GraphObject[], property: string, value: string): User | undefined {
  const [user] = found;
  if (found.length > 1)
    throw new Fault({
      kind: "ambiguous",
      message: `${found.length} users have the ${property} "${value}": ${found.map(userOf).map(nameOf).join(", ")}.`,
    });
  return user && userOf(user);
}

/** What `userOrDeletedWhere` sends. */
export const deletedUserSearch: Operations = mergedOperations(userSearch, {
  "GET /directory/deletedItems/microsoft.graph.user": ["$filter", "$select", "$top"],
});

/**
 * The one user that has the value in a property, and the one deleted user that has it. Users are looked up in both
 * indexes of the directory, because one of them may lag. `isCertain`: where neither shows a user, there is none; false
 * for a property that only one index has. Throws as `userWhere`.
 */
export function userOrDeletedWhere(
  property: string,
  value: string,
  select: readonly string[],
): Lookup<{ user: User | undefined; deleted: User | undefined; isCertain: boolean }> {
  const [read = property, ...path] = property.split("/");
  const plain = equals(property, value);
  // Most filters on deleted objects are advanced queries (inferred); the others may be.
  const advanced = { ...plain, isAdvanced: true };
  const query = { select: [...identifyingProperties, ...select, read], top: maxFound };
  const one = (objects: readonly GraphObject[]): User | undefined => {
    const having = objects.filter((object) => hasValue(object, [read, ...path], value));
    const each = new Map(having.map((object) => [object.id, object]));
    return onlyOne([...each.values()], property, value);
  };
  return {
    reads: [
      { operation: "GET /users", query: { ...query, filter: plain } },
      { operation: "GET /users", query: { ...query, filter: advanced } },
      {
        operation: "GET /directory/deletedItems/microsoft.graph.user",
        query: { ...query, filter: advanced },
      },
    ],
    found: ([users = [], indexed = [], deleted = []]) => ({
      user: one([...users, ...indexed]),
      deleted: one(deleted),
      isCertain: !plain.isAdvanced,
    }),
  };
}

/** What `allUsers` sends. */
export const userList: Operations = { "GET /users": ["$select", "$top"] };

/** Every user of the tenant, guests included, as the pages arrive. */
export function allUsers(select: readonly string[]): GraphStream<User> {
  const query = { select: [...identifyingProperties, ...select], top: largestPage };
  return async function* ({ graph }) {
    for await (const { objects } of readAhead(graph.pages({ operation: "GET /users", query }))) {
      for (const object of objects) {
        assertReturned(object, select, `user ${object.id}`);
        yield userOf(object);
      }
    }
  };
}

/** Documented. */
const largestPage = 999;

/** Few enough for one page; two would be enough to know that there are several. */
const maxFound = 10;

/** Whether an object has the value in a property or in a member of it. */
export function hasValue(object: GraphObject, path: readonly string[], value: string): boolean {
  assertReturned(object, path.slice(0, 1), `user ${object.id}`);
  const found = path.reduce<unknown>(
    (whole, name) => (whole as Readonly<Record<string, unknown>> | null | undefined)?.[name],
    object,
  );
  return folded(textOf(found)) === folded(value);
}

/** The name of a user in messages. */
export function nameOf({ id, displayName, userPrincipalName }: User): string {
  return `"${displayName}" <${userPrincipalName}> (${id})`;
}

export function userOf(object: GraphObject): User {
  return {
    ...object,
    displayName: textOf(object["displayName"]),
    userPrincipalName: textOf(object["userPrincipalName"]),
  };
}
