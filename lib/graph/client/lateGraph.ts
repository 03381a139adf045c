import type { Graph } from "./graph.ts";

/** A client that is loaded by its first operation: an event that only needs other targets does not pay for it. */
export function lateGraph(load: () => Promise<Graph>): Graph {
  let loaded: Promise<Graph> | undefined;
  const client = (): Promise<Graph> => (loaded ??= load());
  return {
    invoke: async (call) => (await client()).invoke(call),
    invokeAll: async (calls) => (await client()).invokeAll(calls),
    get: async (read) => (await client()).get(read),
    async *pages(read) {
      yield* (await client()).pages(read);
    },
    list: async (read) => (await client()).list(read),
    async *each(items, readFor) {
      yield* (await client()).each(items, readFor);
    },
    eventually: async (look, patience) => (await client()).eventually(look, patience),
  };
}
