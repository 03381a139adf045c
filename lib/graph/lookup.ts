import type { Read } from "./client/reads.ts";
import type { GraphObject } from "./client/replies.ts";
import type { GraphQuery } from "./target.ts";

/** Reads that belong together, and what their objects mean. */
export interface Lookup<T> {
  reads: readonly Read[];
  /** `objects`: those of each read, in the order of the reads. */
  found(objects: readonly (readonly GraphObject[])[]): T;
}

/** Nothing is looked up. */
export const noLookup: Lookup<undefined> = { reads: [], found: () => undefined };

/** Several look-ups in one request. Throws the fault of the first read that fails. */
export function lookedUp<T extends readonly unknown[]>(
  ...lookups: { readonly [Index in keyof T]: Lookup<T[Index]> }
): GraphQuery<T> {
  return async ({ graph }) => {
    const reads = lookups.flatMap((lookup) => lookup.reads);
    const objects = new Map<Read, GraphObject[]>(reads.map((read) => [read, []]));
    for await (const piece of graph.each(reads, (read) => read)) {
      if ("fault" in piece) throw piece.fault;
      objects.get(piece.item)?.push(...piece.page.objects);
    }
    const results = lookups.map((lookup) =>
      lookup.found(lookup.reads.map((read) => objects.get(read) ?? [])),
    );
    // One result for each look-up, in their order.
    return results as readonly unknown[] as T;
  };
}
