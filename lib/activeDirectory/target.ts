import {
  mergedOperations,
  type Gate,
  type Need,
  type Operations,
  type Query,
  type Step,
} from "../step.ts";
import type { Directory } from "./client/directory.ts";

/** Active Directory as a target: the argument of its queries. */
export interface DirectoryTarget {
  activeDirectory: Directory;
}

export type DirectoryQuery<T> = Query<DirectoryTarget, T>;
export type DirectoryGate = Gate<DirectoryTarget>;

/** A change of one object: its objectGUID, the new values, and in `was` those that must not have changed by then. */
export interface DirectoryStep extends Step<"activeDirectory", DirectoryTarget> {
  operation: "modify";
}

/** Declares what an action may send: the attributes that a `search` requests, and those that a `modify` changes. */
export function operations(...parts: readonly Operations[]): Need<Directory> {
  return { operations: mergedOperations(...parts) };
}
