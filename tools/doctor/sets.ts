import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { setMailboxParameters } from "../../lib/generated/mailbox.ts";
import { mergedCmdlets, type Cmdlets } from "../../lib/exchange/target.ts";
import { userAttributes } from "../../lib/exchange/userAttributes.ts";
import { mergedOperations, type Operations } from "../../lib/step.ts";
import { hybrid, systemOf } from "../session/systems.ts";

const mappable = [...Object.keys(setMailboxParameters), ...userAttributes];

/** Actions that are used together, and what they may send to Exchange Online. */
export interface ActionSet {
  name: string;
  cmdlets: Cmdlets;
  /** Parameters that are sent only when someone maps them. */
  whenMapped: readonly string[];
}

/** Actions that are used together, and what they may send to Microsoft Graph. */
export interface GraphSet {
  name: string;
  operations: Operations;
  /** What it sends to Exchange Online when that is on in the form. */
  exchange: ActionSet | undefined;
}

/**
 * The sets of Microsoft Graph among these actions: accounts are the sets `entra` and `hybrid`, resources
 * `entraResources`.
 */
export function graphSetsOf(actions: ReadonlyMap<string, Declared>): GraphSet[] {
  const sets = new Map<string, Operations[]>();
  for (const [name, { needs }] of actions) {
    if (!needs.graph) continue;
    const set = graphSetOf(name);
    sets.set(set, [...(sets.get(set) ?? []), needs.graph.operations]);
  }
  const both = [...actions].filter(([, { needs }]) => needs.graph);
  const exchange = cmdletsBySet(both, (action) => withExchange(graphSetOf(action)));
  return [...sets].map(([name, parts]) => ({
    name,
    operations: mergedOperations(...parts),
    exchange: exchange.find((set) => set.name === withExchange(name)),
  }));
}

/**
 * Those that are examined though no one names them. Only licences show in a file that they are in use: their options
 * (`permissions/licences/options.json`). An installation for Exchange Online alone needs no permission of Graph.
 */
export function graphSetsInUse(all: readonly GraphSet[], licences: readonly unknown[]): GraphSet[] {
  return licences.length === 0 ? [] : all.filter(({ name }) => name === "licences");
}

/** Actions that are used together, and what they may send to Active Directory. */
export interface DirectorySet {
  name: string;
  operations: Operations;
}

/** The sets of Active Directory among these actions: accounts are the set `hybrid`. */
export function directorySetsOf(actions: ReadonlyMap<string, Declared>): DirectorySet[] {
  const sets = new Map<string, Operations[]>();
  for (const [name, { needs }] of actions) {
    if (!needs.activeDirectory) continue;
    const set = graphSetOf(name);
    sets.set(set, [...(sets.get(set) ?? []), needs.activeDirectory.operations]);
  }
  return [...sets].map(([name, parts]) => ({ name, operations: mergedOperations(...parts) }));
}

/** Names of their own where Exchange Online has a set of the same name. */
function graphSetOf(action: string): string {
  if (action.startsWith("lifecycle/")) return action.includes("/hybrid/") ? "hybrid" : "entra";
  return action.startsWith("resources/") ? "entraResources" : setOf(action);
}

type Declared = Pick<Action<AnyEvent, unknown>, "needs">;

/** The set of an action: `account`, `resources`, or the name of a set of permissions. */
export function setOf(action: string): string {
  const [room = "", set = ""] = action.split("/");
  if (room === "lifecycle") return "account";
  return room === "permissions" ? set : room;
}

/** The sets of these actions that are ones of Exchange Online alone, by what they declare. */
export function setsOf(actions: ReadonlyMap<string, Declared>): ActionSet[] {
  const own = [...actions].filter(
    ([action, { needs }]) => !needs.graph && systemOf(action) !== hybrid,
  );
  return cmdletsBySet(own, setOf);
}

const withExchange = (graphSet: string): string => `${graphSet} with Exchange Online`;

function cmdletsBySet(
  actions: readonly (readonly [string, Declared])[],
  nameOf: (action: string) => string,
): ActionSet[] {
  const sets = new Map<string, Cmdlets[]>();
  for (const [action, { needs }] of actions) {
    if (!needs.exchange) continue;
    const name = nameOf(action);
    sets.set(name, [...(sets.get(name) ?? []), needs.exchange.operations]);
  }
  return [...sets].map(([name, cmdlets]) => ({
    name,
    cmdlets: mergedCmdlets(...cmdlets),
    whenMapped: ["account", withExchange("entra"), withExchange("hybrid")].includes(name)
      ? mappable
      : [],
  }));
}
