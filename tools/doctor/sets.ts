import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { setMailboxParameters } from "../../lib/generated/mailbox.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";

const mappable = Object.keys(setMailboxParameters);

/** Actions that are used together, and what they may send to Exchange Online. */
export interface ActionSet {
  name: string;
  cmdlets: Cmdlets;
  /** Parameters that are sent only when someone maps them. */
  whenMapped: readonly string[];
}

/** The set of an action: `account`, `resources`, or the name of a set of permissions. */
export function setOf(action: string): string {
  const [room = "", set = ""] = action.split("/");
  if (room === "lifecycle") return "account";
  return room === "permissions" ? set : room;
}

/** The sets of these actions, by what they declare. */
export function setsOf(
  actions: ReadonlyMap<string, Action<AnyEvent, ExchangeTarget>>,
): ActionSet[] {
  const sets = new Map<string, Cmdlets[]>();
  for (const [name, { needs }] of actions) {
    // Permissions on Microsoft Graph are not examined yet.
    if (!needs.exchange || needs.graph) continue;
    sets.set(setOf(name), [...(sets.get(setOf(name)) ?? []), needs.exchange.operations]);
  }
  return [...sets].map(([name, cmdlets]) => ({
    name,
    cmdlets: mergedCmdlets(...cmdlets),
    whenMapped: name === "account" ? mappable : [],
  }));
}
