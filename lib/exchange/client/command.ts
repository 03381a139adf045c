import type { Parameters } from "./encoding.ts";

/** One call of a cmdlet. */
export interface Command {
  cmdlet: string;
  parameters: Parameters;
  /** The properties to return; absent: all of them. */
  select?: readonly string[];
  /** The command requests the whole list, although it has no ResultSize. */
  isWholeList?: true;
}

/** Whether the cmdlet only reads. If so, an empty reply is a failure, not a result without output. */
export function reads({ cmdlet }: Command): boolean {
  return /^Get-/i.test(cmdlet);
}

/**
 * How often a command that requests the whole list is sent before an empty answer is accepted: a lagging controller
 * can answer with an empty list.
 */
export const maxEmptyLooks = 3;

/** Whether a command requests the whole list (see `maxEmptyLooks`). */
export function isWholeList(command: Command): boolean {
  const asksForAll = command.isWholeList ?? command.parameters["ResultSize"] === "Unlimited";
  return reads(command) && asksForAll;
}

/**
 * Whether sending the cmdlet twice has the same effect as sending it once. It decides what may be sent again when it is
 * unknown whether the first one was carried out. New- would create a second object. Verbs that are not listed have not
 * been considered, so they are not repeated.
 */
export function repeatable({ cmdlet }: Command): boolean {
  return /^(Get|Set|Add|Remove)-/i.test(cmdlet);
}
