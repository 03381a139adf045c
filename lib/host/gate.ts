import { Fault } from "../fault.ts";
import type { AuditLog, PlanStep } from "../generated/types.ts";
import type { Gate, Step, StepResult, Target } from "../step.ts";
import type { Deadline } from "./deadline.ts";
import type { Log } from "./output.ts";

/** A message that came with a successful answer. `kind` is set when the connection understands it. */
export interface Notice {
  kind?: string | undefined;
  text: string;
}

/** How a target answered a step that it did not refuse. */
export interface StepAnswer {
  notices: readonly Notice[];
  /** The step was sent more than once, and an earlier try may have been applied. */
  wasRetried?: boolean;
}

/** The host's side of the connection to the target systems. lib/connector.ts makes one. */
export interface Connection<Targets> {
  /** One client per target, for queries. */
  readonly targets: Targets;
  /** Sends one step to its target. */
  send(step: Pick<Step, "target" | "operation" | "parameters">): Promise<StepAnswer>;
  /** Resolves after `ms`; rejects when the run ends. */
  wait(ms: number): Promise<void>;
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

type TargetStep<Targets> = Step<Extract<keyof Targets, Target>, Targets>;

/** A gate whose steps can be placed in the audit log. */
export interface HostGate<Targets> extends Gate<Targets> {
  change(step: TargetStep<Targets>, placement?: StepPlacement): Promise<StepResult>;
  /**
   * Checks the pending steps again, with growing waits, until reads show them or the time for it is over.
   * Returns a fault for each step that counts as failed.
   */
  settle(): Promise<Fault[]>;
  /** The steps so far, in the order in which they were taken. */
  readonly taken: readonly StepRecord[];
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

/** How far an answer is trusted. */
export interface Trust {
  /** Every step is confirmed by reading back, whatever the answer: the verb takes something away. */
  confirmAll: boolean;
  /** An accepted step that reads do not show in time is a failure. */
  strict: boolean;
}

interface Pending<Targets> {
  record: StepRecord;
  isInEffect: (targets: Targets) => Promise<boolean>;
  /** The result of the step once enough looks show it. */
  whenShown: "done" | "alreadySo";
  /** Looks in a row that showed the effect, and how many of them are needed. */
  looks: number;
  neededLooks: number;
  /** The fault of a step whose effect does not show; undefined when it was accepted without reservation. */
  fault: Fault | undefined;
}

/** Reads can lag behind writes by minutes, but no event waits longer than these 15 s. */
const waitsMs: readonly number[] = [500, 1_000, 1_500, 2_000, 2_500, 3_500, 4_000];
/** Time reserved for the reads themselves and the answer. */
const reserveMs = 3_000;

/**
 * The gate that every read and every change passes. Only the gate can send a change, so a dry run sends
 * none, the plan of a dry run is the plan of the run, and every audit line comes from the step that was
 * taken. The gate also decides whether a step took effect: by the state that it reads back, not by the
 * answer.
 */
export function openGate<Targets>({
  connection,
  dryRun,
  deadline,
  log,
  trust,
}: {
  connection: Connection<Targets>;
  dryRun: boolean;
  deadline: Pick<Deadline, "signal" | "remaining">;
  log: Log;
  trust: Trust;
}): HostGate<Targets> {
  const taken: StepRecord[] = [];
  let pending: Pending<Targets>[] = [];
  /** The waits of one run are shared by all of its steps. */
  let waits = [...waitsMs];

  // An action that outlives its run must do nothing after the answer.
  const assertRunning = (): void => {
    if (deadline.signal.aborted) throw Fault.of(deadline.signal.reason);
  };

  /** Waits before the next look. Resolves to false when there is no time for another one. */
  async function waitForNextLook(): Promise<boolean> {
    const [ms] = waits;
    if (ms === undefined || deadline.remaining() < ms + reserveMs) return false;
    waits = waits.slice(1);
    await connection.wait(ms);
    return true;
  }

  /** One look. A look that fails shows nothing, unless it proves that the object does not exist. */
  async function shows(isInEffect: (targets: Targets) => Promise<boolean>): Promise<boolean> {
    try {
      return await isInEffect(connection.targets);
    } catch (thrown) {
      assertRunning();
      const fault = Fault.of(thrown);
      if (isProvenAbsence(fault)) throw fault;
      log("warning", `A step could not be confirmed: ${fault.message}`);
      return false;
    }
  }

  async function carryOut(
    step: TargetStep<Targets>,
    record: StepRecord,
    confirm: boolean,
  ): Promise<StepResult> {
    let answer: StepAnswer;
    try {
      const { target, operation, parameters } = step;
      answer = await connection.send({ target, operation, parameters });
    } catch (thrown) {
      // A request that was cut off together with the run proves nothing about the change.
      assertRunning();
      return await afterFault(step, record, Fault.of(thrown), confirm);
    }
    return await judge(step, record, answer, confirm);
  }

  /** Decides by the state, not by the answer. */
  async function judge(
    step: TargetStep<Targets>,
    record: StepRecord,
    { notices, wasRetried = false }: StepAnswer,
    confirm: boolean,
  ): Promise<StepResult> {
    const unknown = notices.filter(({ kind }) => kind === undefined).map(({ text }) => text);
    for (const text of unknown) log("warning", text);
    const isAlreadySo = notices.some(({ kind }) => kind === "alreadySo");
    const wasSilentlySo = step.isInPlace === true && step.isSilent === true;
    const whenShown = isAlreadySo || wasSilentlySo ? "alreadySo" : "done";
    const { isInEffect } = step;
    const doubt = doubtOf(unknown, wasRetried, isAlreadySo);
    if (!isInEffect || (doubt === undefined && !confirm)) return (record.result = whenShown);
    const neededLooks = looksAfter(step, unknown.length > 0 || wasRetried);
    const looks = (await shows(isInEffect)) ? 1 : 0;
    if (looks === neededLooks) return (record.result = whenShown);
    const other = isAlreadySo && looks === 0 ? alternativeTo(step, "alreadySo") : undefined;
    if (other) {
      record.result = "alreadySo";
      return await take(other, record, confirm);
    }
    const fault = doubt === undefined ? undefined : notShown(doubt);
    pending.push({ record, isInEffect, whenShown, looks, neededLooks, fault });
    return (record.result = "pending");
  }

  /** A fault is an answer as well: what the state shows decides whether the step failed. */
  async function afterFault(
    step: TargetStep<Targets>,
    record: StepRecord,
    fault: Fault,
    confirm: boolean,
  ): Promise<StepResult> {
    try {
      if (step.recover) return (record.result = await step.recover(fault));
      const { isInEffect } = step;
      const isMissing = fault.kind === "missing";
      // Throws when the object is proven to be absent.
      if (isInEffect && (isMissing || !isRefusal(fault)) && (await shows(isInEffect))) {
        const whenShown = step.isInPlace === true ? "alreadySo" : "done";
        const neededLooks = looksAfter(step, true);
        if (neededLooks === 1) return (record.result = whenShown);
        const doubt = isMissing ? notTrusted(fault) : fault;
        pending.push({ record, isInEffect, whenShown, looks: 1, neededLooks, fault: doubt });
        return (record.result = "pending");
      }
      if (isInEffect && isMissing) return await contradicted(step, record, fault);
    } catch (found) {
      assertRunning();
      throw failed(record, Fault.of(found));
    }
    failed(record, fault);
    const other = alternativeTo(step, fault.kind);
    if (other) return await take(other, record, confirm);
    throw fault;
  }

  /** "Not found" from a write, of an object that this run has read: one controller may not know it yet. */
  async function contradicted(
    step: TargetStep<Targets>,
    record: StepRecord,
    fault: Fault,
  ): Promise<StepResult> {
    if (await waitForNextLook()) {
      const { target, operation, parameters } = step;
      const answer = await connection.send({ target, operation, parameters }).catch(Fault.of);
      if (!(answer instanceof Fault)) return await judge(step, record, answer, true);
    }
    throw notTrusted(fault);
  }

  function failed(record: StepRecord, fault: Fault): Fault {
    if (isRefusal(fault)) record.result = "failed";
    record.fault = fault;
    return fault;
  }

  async function take(
    step: TargetStep<Targets>,
    placement: StepPlacement,
    confirm: boolean,
  ): Promise<StepResult> {
    assertRunning();
    const { auditAction, rank } = placement;
    const asRead = step.isInPlace === true ? "alreadySo" : "planned";
    const { remedy } = step;
    const record: StepRecord = { auditAction, rank, step: planStep(step), result: asRead, remedy };
    taken.push(record);
    if (dryRun) return asRead;
    record.step.sent = true;
    record.result = "unknown";
    return await carryOut(step, record, confirm);
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
    change: (step, placement = {}) =>
      take(step, placement, trust.confirmAll || placement.auditAction === "RevokePermission"),
    async settle() {
      const faults: Fault[] = [];
      while (pending.length > 0 && (await waitForNextLook())) {
        const still: Pending<Targets>[] = [];
        for (const one of pending) {
          try {
            one.looks = (await shows(one.isInEffect)) ? one.looks + 1 : 0;
            if (one.looks >= one.neededLooks) one.record.result = one.whenShown;
            else still.push(one);
          } catch (thrown) {
            // Proven absent, which is an answer of its own.
            faults.push((one.record.fault = Fault.of(thrown)));
          }
        }
        pending = still;
      }
      for (const { record, fault } of pending) {
        if (fault === undefined && !trust.strict) record.result = "accepted";
        else {
          record.result = "unknown";
          faults.push((record.fault = fault ?? notShown("The service accepted it.")));
        }
      }
      pending = [];
      return faults;
    },
  };
}

/**
 * The same step by its next alternative after such an answer. What was read before no longer counts: the
 * answer has contradicted it.
 */
function alternativeTo<S extends Omit<Step, "isInEffect">>(step: S, answer: string): S | undefined {
  const alternatives = step.alternatives ?? [];
  const next = alternatives.find(({ after }) => after === answer);
  if (!next) return undefined;
  const { operation, parameters, sentence } = next;
  const others = alternatives.filter((one) => one !== next);
  return { ...step, operation, parameters, sentence, alternatives: others, isInPlace: false };
}

/**
 * How many looks in a row have to show the effect. One is enough when the answer agrees with it, or when it shows
 * something that is there. That something is gone, against a doubtful answer, takes two.
 */
function looksAfter({ isRemoval = false }: Pick<Step, "isRemoval">, isDoubtful: boolean): 1 | 2 {
  return isRemoval && isDoubtful ? 2 : 1;
}

/** Why an answer alone is not trusted; undefined when the target accepted the step without reservation. */
function doubtOf(
  unknown: readonly string[],
  wasRetried: boolean,
  isAlreadySo: boolean,
): string | undefined {
  if (unknown.length > 0) return `The service answered: ${unknown.join(" ").replace(/\.?$/, ".")}`;
  if (isAlreadySo) return "The service answered that there was nothing to change.";
  return wasRetried ? "The request had to be sent again." : undefined;
}

function notShown(doubt: string): Fault {
  return new Fault({
    kind: "notReady",
    message: `${doubt} Its lists do not show the change yet.`,
  });
}

function notTrusted(missing: Fault): Fault {
  return new Fault({
    kind: "unavailable",
    message: `${missing.message} The object was read a moment ago, so this answer is not trusted.`,
    cause: missing,
    requestId: missing.requestId,
  });
}

/** The step as the plan shows it: a copy, so that nothing changes it later. */
function planStep({
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

/** A single "not found" proves nothing: a cmdlet shows one kind of object, and a controller can lag. */
export function isProvenAbsence({ kind, isProven }: Fault): boolean {
  return kind === "missing" && isProven;
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
