import type { Fault } from "../fault.ts";
import type { AuditLog, PlanStep } from "../generated/types.ts";
import type { Step, StepResult } from "../step.ts";

/** What the host adds to a step. */
export interface StepPlacement {
  /** The audit action, for verbs that have more than one. */
  auditAction?: AuditLog["Action"] | undefined;
  /**
   * Orders the audit lines of steps that run side by side. Steps of equal rank keep the order in
   * which they were taken.
   */
  rank?: number | undefined;
}

/** A step that was taken, with its result. */
export interface StepRecord extends StepPlacement {
  step: PlanStep;
  /**
   * `accepted`: the target accepted the step without reservation, and its reads do not show it yet.
   * `unknown`: it was sent, and nothing shows whether it was applied.
   */
  result: StepResult | "accepted" | "unknown" | "failed";
  /** What came instead of an answer, or why the answer is not trusted. */
  fault?: Fault;
  /** What a person can do when the effect never shows. */
  remedy?: string | undefined;
}

/** The step as the plan shows it: a copy, so that nothing changes it later. */
export function planStep({
  target,
  operation,
  parameters,
  sentence,
  before,
}: Omit<Step, "isInEffect">): PlanStep {
  return {
    target,
    operation,
    ...(target === "exchange" && { cmdlet: operation }),
    parameters: structuredClone(parameters),
    sentence,
    before: structuredClone(before),
    sent: false,
  };
}
