import {
  mergedOperations,
  type Gate,
  type Need,
  type Operations,
  type Query,
  type Step,
  type StreamQuery,
} from "../step.ts";
import type { Graph } from "./client/graph.ts";
import type { WriteOperation } from "./client/operations.ts";

/** Microsoft Graph as a target: the argument of its queries. */
export interface GraphTarget {
  graph: Graph;
}

export type GraphQuery<T> = Query<GraphTarget, T>;
export type GraphStream<T> = StreamQuery<GraphTarget, T>;
export type GraphGate = Gate<GraphTarget>;

/** An operation that changes one existing object. */
export interface GraphStep extends Step<"graph", GraphTarget> {
  operation: WriteOperation;
}

/**
 * Declares every operation that an action may send, with its parameters: the placeholders of its path, the properties
 * of its body, and the options of its query (`$select`, `$filter`). The nouns export their operations.
 */
export function operations(...parts: readonly Operations[]): Need<Graph> {
  return { operations: mergedOperations(...parts) };
}
