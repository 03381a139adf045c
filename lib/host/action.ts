import { Fault } from "../fault.ts";
import type { AnyNeeds, Gate, Needs } from "../step.ts";
import type { Configuration } from "../generated/types.ts";
import type { Contract } from "./schemaContract.ts";
import type { HostGate } from "./gate.ts";
import type { Log } from "./output.ts";
import type { Verb } from "./verbs.ts";

/** The part of an event that all verbs share. */
export interface AnyEvent {
  actionContext: { Configuration: Configuration; DryRun?: boolean };
}

/** The input of every handler, validated and frozen, and its gate. */
export interface Context<Event, Targets> extends HostGate<Targets> {
  event: Event;
  configuration: Configuration;
  log: Log;
  /** Milliseconds left for this event. */
  remaining(): number;
  /** Writes one record of an import. Resolves to false when no more are wanted: a dry run shows a sample. */
  record(record: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** The part of the output context that the verb owns. It becomes part of the answer, however the run ends. */
  output: Record<string, unknown>;
  /** Registers the result to report in addition to the reason when the run ends early. */
  onEarlyEnd(resultUntilNow: (reason: Fault) => Result): void;
}

/** The parts of the gate that a verb needs: one that only reads has no way to change anything. */
export const reads = ["read", "stream"] as const;
export const changes = [...reads, "change", "changeAll", "attemptAll"] as const;

/** These parts of a gate, and no others. */
export function gateOf<Targets, Part extends keyof Gate<Targets>>(
  gate: Gate<Targets>,
  parts: readonly Part[],
): Pick<Gate<Targets>, Part> {
  return Object.fromEntries(parts.map((part) => [part, gate[part]])) as Pick<Gate<Targets>, Part>;
}

/**
 * What a handler adds to the answer in addition to its output: audit lines that are not changes, and
 * faults that did not end the run.
 */
export interface Result {
  audit?: { Action?: "CorrelateAccount"; Message: string }[];
  faults?: readonly Fault[];
  /** Nothing was done, because the object no longer exists. */
  isGone?: boolean;
}

/** What an action declares: the operations it may send, the settings it reads, and its handler. */
export interface Declaration<Targets, Key extends ConfigurationKey, Handler> {
  /** The targets, each with the operations and parameters that may be sent to it. */
  needs: Needs<Targets>;
  /** The configuration keys that the handler reads. It receives no others. */
  configuration: readonly Key[];
  handle: Handler;
}

export type ConfigurationKey = keyof Configuration;
export type Settings<Key extends ConfigurationKey> = Pick<Configuration, Key>;

/** An action: a declaration that the build joins to the host. Importing it does nothing. */
export interface Action<Event extends AnyEvent, Targets> {
  verb: Verb;
  contract: Contract<Event>;
  needs: AnyNeeds;
  /**
   * Every configuration key that the verb or the handler reads. The keys of the connection itself
   * are not among them.
   */
  configuration: readonly ConfigurationKey[];
  /**
   * The output before the first change, from the document on stdin (`undefined` when it cannot be read).
   * Absent: no output.
   */
  initialOutput?(document: unknown): Record<string, unknown>;
  run(context: Context<Event, Targets>): Promise<Result>;
}

/** The declared settings and no others. */
export function settingsFor<Key extends ConfigurationKey>(
  configuration: Configuration,
  keys: readonly Key[],
): Settings<Key> {
  // Descriptors instead of values: a test records which settings are read.
  const all = Object.entries(Object.getOwnPropertyDescriptors(configuration));
  const declared = all.filter(([key]) => keys.some((own) => own === key));
  return Object.freeze(Object.defineProperties({}, Object.fromEntries(declared))) as Settings<Key>;
}

/** The connector's own references are text. An object is accepted when its `Guid` or `Id` is text. */
export function accountReferenceIn(account: string | object): string {
  const reference = textOfReference(account);
  if (reference === "")
    throw Fault.invalid(
      "The account reference (References.Account) is blank; expected the one that create returned.",
    );
  return reference;
}

/** A reference that an event need not have, such as that of the manager's account; undefined when it has none. */
export function optionalReferenceIn(
  account: string | object | null | undefined,
): string | undefined {
  return textOfReference(account ?? "") || undefined;
}

function textOfReference(account: string | object): string {
  const entries: [string, unknown][] =
    typeof account === "string" ? [["Id", account]] : Object.entries(account);
  const found = entries.find(
    ([key, value]) => /^(guid|id)$/i.test(key) && typeof value === "string",
  )?.[1];
  return typeof found === "string" ? found.trim() : "";
}
