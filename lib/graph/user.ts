import { folded } from "../caseFolding.ts";
import { Fault } from "../fault.ts";
import { assertGuid } from "../guid.ts";
import type { Operations } from "../step.ts";
import { assertReturned, objectById } from "./absence.ts";
import { equals } from "./client/odata.ts";
import { textOf, type GraphObject } from "./client/replies.ts";
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
    const [user] = found;
    if (found.length > 1)
      throw new Fault({
        kind: "ambiguous",
        message: `${found.length} users have the ${property} "${value}": ${found.map(userOf).map(nameOf).join(", ")}.`,
      });
    return user && userOf(user);
  };
}

/** What `allUsers` sends. */
export const userList: Operations = { "GET /users": ["$select", "$top"] };

/** Every user of the tenant, guests included, as the pages arrive. */
export function allUsers(select: readonly string[]): GraphStream<User> {
  const query = { select: [...identifyingProperties, ...select], top: largestPage };
  return async function* ({ graph }) {
    for await (const { objects } of graph.pages({ operation: "GET /users", query })) {
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

function hasValue(object: GraphObject, path: readonly string[], value: string): boolean {
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
