import { Fault } from "../fault.ts";
import type { Graph } from "./client/graph.ts";
import { equals } from "./client/odata.ts";
import type { GraphObject } from "./client/replies.ts";

/** The kinds of object that are read by ID. */
const kinds = {
  user: { one: "GET /users/{user}", all: "GET /users", title: "User" },
  group: { one: "GET /groups/{group}", all: "GET /groups", title: "Group" },
} as const;

/**
 * Reads an object by its ID. Throws a `missing` fault when there is none, which a search in both indexes of the
 * directory confirms: a replica may not have a new object yet. Throws `notReady` when the search finds it.
 */
export async function objectById(
  graph: Graph,
  kind: keyof typeof kinds,
  id: string,
  select: readonly string[],
): Promise<GraphObject> {
  const { one, all, title } = kinds[kind];
  try {
    return await graph.get({ operation: one, ids: { [kind]: id }, query: { select } });
  } catch (thrown) {
    const cause = Fault.of(thrown);
    if (cause.kind !== "missing") throw cause;
    const { requestId } = cause;
    if (await isFound(graph, all, id))
      throw new Fault({
        kind: "notReady",
        message: `${title} ${id} exists, but cannot be read yet: Entra ID needs some time after it is created.`,
        cause,
        requestId,
      });
    throw new Fault({
      kind: "missing",
      isProven: true,
      message: `${title} ${id} does not exist.`,
      cause,
      requestId,
    });
  }
}

/** Whether one of the two indexes shows the object, in one request. */
async function isFound(
  graph: Graph,
  operation: "GET /users" | "GET /groups",
  id: string,
): Promise<boolean> {
  const filter = equals("id", id);
  const filters = [filter, { ...filter, isAdvanced: true }];
  const pieces = graph.each(filters, (one) => ({
    operation,
    query: { select: [], filter: one },
  }));
  let count = 0;
  for await (const piece of pieces) {
    if ("fault" in piece) throw piece.fault;
    count += piece.page.objects.length;
  }
  return count > 0;
}

/** Throws an `unexpected` fault when an object lacks a requested property: an absent property never means "no". */
export function assertReturned(
  object: GraphObject,
  properties: readonly string[],
  what: string,
): void {
  const absent = properties.filter((name) => object[name] === undefined);
  if (absent.length > 0)
    throw new Fault({
      kind: "unexpected",
      message: `Microsoft Graph did not return ${absent.join(", ")} of ${what}.`,
    });
}
