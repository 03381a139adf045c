import type { Parameters } from "./encoding.ts";

/** One call of a cmdlet. */
export interface Command {
  cmdlet: string;
  parameters: Parameters;
  /** The properties wanted back; all of them when left out. */
  select?: readonly string[];
  /** The command asks for everything there is, although it has no ResultSize. */
  isWholeList?: true;
}

/** Whether the cmdlet does nothing but answer: then no answer is no answer, and not "nothing to say". */
export function reads({ cmdlet }: Command): boolean {
  return /^Get-/i.test(cmdlet);
}

/**
 * Whether a command asks for everything there is. A controller that lags can answer it with nothing, so it is
 * asked twice.
 */
export function isWholeList(command: Command): boolean {
  const asksForAll = command.isWholeList ?? command.parameters["ResultSize"] === "Unlimited";
  return reads(command) && asksForAll;
}

/**
 * Whether the cmdlet, sent twice, does no more than sent once. It decides what may be sent again when it is not known
 * whether the first one was carried out. New- makes a second object, and of a verb that is not listed nobody has
 * thought yet.
 */
export function repeatable({ cmdlet }: Command): boolean {
  return /^(Get|Set|Add|Remove)-/i.test(cmdlet);
}
