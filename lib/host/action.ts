import { Fault } from "../fault.ts";
import type { Configuration } from "../generated/types.ts";
import type { Contract } from "./schemaContract.ts";
import type { Gate } from "./gate.ts";
import type { Log } from "./output.ts";
import type { Verb } from "./verbs.ts";

/** The part of an event that every verb has. */
export interface AnyEvent {
  actionContext: { Configuration: Configuration; DryRun: boolean };
}

/** What every handler is given: validated, frozen input, and the ways out. */
export interface Context<Event> extends Gate {
  event: Event;
  configuration: Configuration;
  log: Log;
  /** Writes one line of an import. Resolves to false when no more are wanted: a dry run shows a sample. */
  record(record: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** The verb's own part of the output context: what stands here is answered, however the run ends. */
  output: Record<string, unknown>;
  /** Asked for what else is to be answered when the run is ended early, beside the reason. */
  whenCutShort(soFar: (reason: Fault) => Result): void;
}

/** What a handler leaves for the answer beside its output: audit lines that are no changes, and what failed without ending the run. */
export interface Result {
  audit?: { Action?: "CorrelateAccount"; Message: string }[];
  faults?: readonly Fault[];
  /** Nothing was done, because what it was about does not exist any more. */
  isGone?: boolean;
}

/** An action: a declaration that the build joins to the host. Importing it does nothing. */
export interface Action<Event extends AnyEvent> {
  verb: Verb;
  contract: Contract<Event>;
  /** The output when nothing was done yet, from whatever arrived on stdin (`undefined`: nothing that could be read). None when left out. */
  outputAtFirst?(document: unknown): Record<string, unknown>;
  run(context: Context<Event>): Promise<Result>;
}

/** Our own references are texts. An object is let through when it holds one under a name that says so. */
export function accountReferenceIn(account: string | object): string {
  const entries: [string, unknown][] =
    typeof account === "string" ? [["Id", account]] : Object.entries(account);
  const found = entries.find(
    ([key, value]) => /^(guid|id)$/i.test(key) && typeof value === "string",
  )?.[1];
  const reference = typeof found === "string" ? found.trim() : "";
  if (reference === "")
    throw new Fault({
      kind: "invalid",
      message:
        "The account reference (References.Account) is blank; expected the one that create answered with.",
    });
  return reference;
}
