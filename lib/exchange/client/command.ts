import type { Parameters } from "./encoding.ts";

/** One call of a cmdlet. */
export interface Command {
  cmdlet: string;
  parameters: Parameters;
  /** The properties to return; absent: all of them. */
  select?: readonly string[];
  /** The command asks for everything there is, although it has no ResultSize. */
  isWholeList?: true;
}

/** Whether the cmdlet only reads: then an empty reply is a failure, and not a result without output. */
export function reads({ cmdlet }: Command): boolean {
  return /^Get-/i.test(cmdlet);
}

/**
 * How often a command that asks for everything is sent before its answer "nothing" is believed: a controller that
 * lags can answer with an empty list.
 */
export const maxEmptyLooks = 3;

/** Whether a command asks for everything there is (see `maxEmptyLooks`). */
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
