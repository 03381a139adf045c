import type { Fault } from "./fault.ts";

/** The systems a step can change. */
export type Target = "exchange" | "graph" | "activeDirectory";

/** One change of one target, as a noun describes it. `Targets` are the clients that its look needs. */
export interface Step<T extends Target = Target, Targets = never> {
  target: T;
  /** The operation in the target's own words: a cmdlet, `PATCH /users/{id}`, an LDAP modify. */
  operation: string;
  parameters: Readonly<Record<string, unknown>>;
  /** What the step does, in the imperative, without a full stop. It becomes the audit line. */
  sentence: string;
  /** Values in the parameters that must never be written, such as a password. */
  secrets?: readonly string[];
  /** Members of the object that the target returns which must never be written either. */
  secretAnswer?: readonly string[];
  /** The values before the step, by property. */
  before: Readonly<Record<string, unknown>>;
  /** A read showed that the step changes nothing. It is sent anyway, because reads lag behind writes. */
  isInPlace?: boolean;
  /**
   * Instead of `before` and `isInPlace`, where the service reports whether it changed anything: nothing is read before
   * the step is sent. A dry run, which gets no report, reads it.
   */
  unread?: {
    isInPlace(targets: Targets): Promise<boolean>;
    /** The values before the step, by property. */
    before(wasInPlace: boolean): Readonly<Record<string, unknown>>;
  };
  /** The service does not report that it changed nothing, so `isInPlace` decides. */
  isSilent?: boolean;
  /**
   * Whether the target shows the effect of the step. Called after the step was sent, and again after growing
   * waits, because reads lag behind writes. Throws a `missing` fault only when the absence of the object is proven.
   */
  isInEffect?: (targets: Targets) => Promise<boolean>;
  /**
   * An acceptance alone is no success, whatever the event: reads have to show the effect, which is waited for before
   * the next step.
   */
  mustShow?: true;
  /** The effect is that something is no longer listed, which one look of a controller that lags can show as well. */
  isRemoval?: boolean;
  /** What a person can do when the effect never shows: a sentence for the audit log. */
  remedy?: string | undefined;
  /** Receives the object that the target returned: the ID of what was created is known from nowhere else. */
  onAnswer?: (object: Readonly<Record<string, unknown>>) => void;
  /**
   * Other ways to the same effect: another name of the same object, setting an entry that turns out to exist.
   * One is sent when the target returns the answer that it is for, and a read shows otherwise.
   */
  alternatives?: readonly Alternative[];
  /**
   * Called when the step failed. Checks whether the change is in place anyway: returns the result, or throws the
   * fault to report.
   */
  recover?(fault: Fault): Promise<StepResult>;
}

/** Another way to send a step, and the answer after which it is tried. */
export interface Alternative {
  after: "alreadySo" | "noEntry" | "notManager";
  operation: string;
  parameters: Readonly<Record<string, unknown>>;
  sentence: string;
}

/**
 * `planned`: a dry run, nothing was sent. `alreadySo`: the service reported (or, in a dry run, a read showed)
 * that the step changes nothing. `pending`: it was accepted, and reads do not show it yet; the host looks again before
 * it answers.
 */
export type StepResult = "planned" | "done" | "alreadySo" | "pending";

/** A read. A noun creates it; the gate passes it the clients of the targets that the action declared. */
export type Query<Targets, T> = (targets: Targets) => Promise<T>;

/** A read whose results arrive one by one. */
export type StreamQuery<Targets, T> = (targets: Targets) => AsyncIterable<T>;

/**
 * The only ways from an action to its targets: two that read and one that writes. `Targets` holds
 * one client per target, so a query or a step for a target that the action did not declare does not
 * compile.
 */
export interface Gate<Targets> {
  read<T>(query: Query<Targets, T>): Promise<T>;
  stream<T>(query: StreamQuery<Targets, T>): AsyncIterable<T>;
  /** Resolves to the result of the step. Rejects with a fault when it failed, or when its outcome is unknown. */
  change(step: Step<Extract<keyof Targets, Target>, Targets>): Promise<StepResult>;
  /**
   * Changes that do not depend on one another's outcome, in this order: a refusal of one does not stop the next ones.
   * They go out in one request where the target can take them, and so do the looks after them. Rejects at the end with
   * the first fault.
   */
  changeAll(
    steps: readonly Step<Extract<keyof Targets, Target>, Targets>[],
  ): Promise<readonly StepResult[]>;
  /** The same. Resolves to the result or the fault of each. */
  attemptAll(
    steps: readonly Step<Extract<keyof Targets, Target>, Targets>[],
  ): Promise<readonly (StepResult | Fault)[]>;
}

/** What an action may send to one target. */
export interface Need<Client> {
  /** Operations in the target's own words, each with the parameters that may go with it. */
  operations: Operations;
  /** Never set: carries the type of the target's client. */
  client?: Client;
}

/** What an action may send, by target. */
export type Needs<Targets> = { readonly [T in keyof Targets]: Need<Targets[T]> };

/** What an action of any targets may send. */
export type AnyNeeds = Readonly<Partial<Record<Target, { operations: Operations }>>>;

/** Operations, each with the parameters that may go with it. */
export type Operations = Readonly<Record<string, readonly string[]>>;

/** Several declarations as one. */
export function mergedOperations(...parts: readonly Operations[]): Operations {
  const merged: Record<string, string[]> = {};
  for (const part of parts) {
    for (const [operation, parameters] of Object.entries(part)) {
      merged[operation] = [...new Set([...(merged[operation] ?? []), ...parameters])].sort();
    }
  }
  return merged;
}
