import {
  mergedOperations,
  type Gate,
  type Need,
  type Operations,
  type Query,
  type Step,
  type StreamQuery,
} from "../step.ts";
import type { Operation } from "./client/changes.ts";
import type { Directory } from "./client/directory.ts";

/** Active Directory as a target: the argument of its queries. */
export interface DirectoryTarget {
  activeDirectory: Directory;
}

export type DirectoryQuery<T> = Query<DirectoryTarget, T>;
export type DirectoryStream<T> = StreamQuery<DirectoryTarget, T>;
export type DirectoryGate = Gate<DirectoryTarget>;

/** A change of one object. `client/changes.ts` has the parameters of each operation. */
export interface DirectoryStep extends Step<"activeDirectory", DirectoryTarget> {
  operation: Operation;
}

/** Declares what an action may send: the attributes that a `search` requests, and the parameters of each operation. */
export function operations(...parts: readonly Operations[]): Need<Directory> {
  return { operations: mergedOperations(...parts) };
}
