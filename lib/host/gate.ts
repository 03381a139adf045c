import { Fault } from "../fault.ts";
import type { AuditLog, PlanStep } from "../generated/types.ts";
import type { Gate, Step, StepResult } from "../step.ts";
import type { Deadline } from "./deadline.ts";
import type { Log } from "./output.ts";

/** A message that came with a successful answer. `kind` is set when the connection understands it. */
export interface Notice {
  kind?: string | undefined;
  text: string;
}

/** The host's side of the connection to the target systems. lib/connector.ts makes one. */
export interface Connection<Targets> {
  /** One client per target, for queries. */
  readonly targets: Targets;
  /** Sends one step to its target. */
  send(step: Pick<Step, "target" | "operation" | "parameters">): Promise<{ notices: Notice[] }>;
  readonly stats: {
    readonly requests: number;
    readonly retries: number;
    readonly waitedMs: number;
  };
  close(): void;
}

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

/** A gate whose steps can be placed in the audit log. */
export interface HostGate<Targets> extends Gate<Targets> {
  change(
    step: Parameters<Gate<Targets>["change"]>[0],
    placement?: StepPlacement,
  ): Promise<StepResult>;
}

/** A step that was taken, with its result. */
export interface StepRecord extends StepPlacement {
  step: PlanStep;
  /** `unknown`: it was sent, and no answer shows whether it was applied. */
  result: StepResult | "unknown" | "failed";
  /** What came instead of an answer. */
  fault?: Fault;
}

/**
 * The gate that every read and every change passes. Only the gate can send a change, so a dry run
 * sends none, the plan of a dry run is the plan of the run, and every audit line is made from the
 * step that was taken.
 */
export function openGate<Targets>({
  connection,
  dryRun,
  deadline,
  log,
}: {
  connection: Connection<Targets>;
  dryRun: boolean;
  deadline: Deadline;
  log: Log;
}): HostGate<Targets> & { taken: StepRecord[] } {
  const taken: StepRecord[] = [];
  // An action that outlives its run must do nothing after the answer.
  const assertRunning = (): void => {
    if (deadline.signal.aborted) throw Fault.of(deadline.signal.reason);
  };

  async function send(step: Step, record: StepRecord): Promise<StepResult> {
    const { target, operation, parameters } = step;
    const { notices } = await connection.send({ target, operation, parameters });
    for (const { kind, text } of notices) if (kind === undefined) log("warning", text);
    const isAlreadySo =
      notices.some(({ kind }) => kind === "alreadySo") ||
      (step.isInPlace === true && step.isSilent === true);
    return (record.result = isAlreadySo ? "alreadySo" : "done");
  }

  async function recover(step: Step, record: StepRecord, thrown: unknown): Promise<StepResult> {
    // A request that was cut off together with the run says nothing about the change.
    assertRunning();
    let fault = Fault.of(thrown);
    // For every verb, a change that is already in place is done.
    if (fault.kind === "already") return (record.result = "alreadySo");
    try {
      if (step.recover) return (record.result = await step.recover(fault));
    } catch (found) {
      assertRunning();
      fault = Fault.of(found);
    }
    if (isRefusal(fault)) record.result = "failed";
    record.fault = fault;
    throw fault;
  }

  return {
    taken,
    async read(query) {
      assertRunning();
      return await query(connection.targets);
    },
    async *stream(query) {
      assertRunning();
      for await (const piece of query(connection.targets)) {
        assertRunning();
        yield piece;
      }
    },
    async change(step, placement = {}) {
      assertRunning();
      const asRead = step.isInPlace === true ? "alreadySo" : "planned";
      const record: StepRecord = { ...placement, step: planStep(step), result: asRead };
      taken.push(record);
      if (dryRun) return asRead;
      record.step.sent = true;
      record.result = "unknown";
      try {
        return await send(step, record);
      } catch (thrown) {
        return await recover(step, record, thrown);
      }
    },
  };
}

/** The step as the plan shows it: a copy, so that nothing changes it later. */
function planStep({ target, operation, parameters, sentence, before }: Step): PlanStep {
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

/** Only a refusal proves that nothing was done. */
export function isRefusal({ kind }: Fault): boolean {
  return kind !== "unavailable" && kind !== "unexpected";
}

/** Runs every attempt, regardless of the outcome of the others, and returns the faults. */
export async function faultsOf(attempts: readonly (() => Promise<unknown>)[]): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (thrown) {
      faults.push(Fault.of(thrown));
    }
  }
  return faults;
}
