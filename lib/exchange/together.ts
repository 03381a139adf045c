import type { ExchangeQuery } from "./target.ts";

/**
 * Several reads at the same time: what they request goes out in one batch. Rejects, once all of them have ended, with
 * the fault of the first one in their order that failed.
 */
export function together<T extends readonly unknown[]>(
  ...queries: { readonly [Index in keyof T]: ExchangeQuery<T[Index]> }
): ExchangeQuery<T> {
  return async (targets) => {
    const ended = await Promise.allSettled(queries.map((query) => query(targets)));
    // One result for each query, in their order.
    return ended.map(resultOf) as readonly unknown[] as T;
  };
}

/**
 * A read that is sent before it is certain that its result is needed, because it can go out together with others. Its
 * fault waits as well: both are what the query that it resolves to returns or throws.
 */
export function early<T>(query: ExchangeQuery<T>): ExchangeQuery<ExchangeQuery<T>> {
  return async (targets) => {
    const [ended] = await Promise.allSettled([query(targets)]);
    return () => Promise.resolve(ended).then(resultOf);
  };
}

function resultOf<T>(ended: PromiseSettledResult<T>): T {
  if (ended.status === "rejected") throw ended.reason;
  return ended.value;
}
