import { Fault, isRefusal } from "../fault.ts";
import type { Gate, Step, StepResult, Target } from "../step.ts";
import { assertRunning, type Deadline } from "./deadline.ts";
import { looksAfter, notShown, openLooks } from "./looks.ts";
import type { Log } from "./output.ts";
import { planStep, type StepPlacement, type StepRecord } from "./stepRecord.ts";

/** A message that came with a successful answer. `kind` is set when the connection understands it. */
export interface Notice {
  kind?: string | undefined;
  text: string;
}

/** How a target answered a step that it did not refuse. */
export interface StepAnswer {
  notices: readonly Notice[];
  /** The object that the target returned, if it returned one. */
  body?: Readonly<Record<string, unknown>> | undefined;
  /** The step was sent more than once, and an earlier try may have been applied. */
  wasRetried?: boolean;
}

/** The host's side of the connection to the target systems. lib/connector.ts makes one. */
export interface Connection<Targets> {
  /** One client per target, for queries. */
  readonly targets: Targets;
  /** Why a step must never be sent, in a dry run as well: it would end the connection itself, for good. */
  refusalOf?(step: Pick<Step, "target" | "operation" | "parameters">): Promise<Fault | undefined>;
  /** Sends one step to its target. */
  send(step: Pick<Step, "target" | "operation" | "parameters">): Promise<StepAnswer>;
  /** Resolves after `ms`; rejects when the run ends. */
  wait(ms: number): Promise<void>;
  readonly stats: {
    readonly requests: number;
    readonly retries: number;
    readonly waitedMs: number;
  };
  /** Sentences about the connection itself that people should read although it works. More may come with a request. */
  readonly warnings?: ReadonlySet<string>;
  close(): void;
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

/** How far an answer is trusted. */
export interface Trust {
  /** Every step is confirmed by reading back, whatever the answer: the verb takes something away. */
  confirmAll: boolean;
  /** An accepted step that reads do not show in time is a failure. */
  strict: boolean;
}

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
  keepSecret,
  trust,
}: {
  connection: Connection<Targets>;
  dryRun: boolean;
  deadline: Pick<Deadline, "signal" | "remaining">;
  log: Log;
  /** Called with everything that must never be written. */
  keepSecret(secret: string): void;
  trust: Trust;
}): HostGate<Targets> {
  const taken: StepRecord[] = [];
  const looks = openLooks({ connection, deadline, log, strict: trust.strict });

  async function carryOut(
    step: TargetStep<Targets>,
    record: StepRecord,
    confirm: boolean,
  ): Promise<StepResult> {
    let answer: StepAnswer;
    try {
      const { target, operation, parameters } = step;
      answer = await connection.send({ target, operation, parameters });
      if (answer.body) step.onAnswer?.(answer.body);
    } catch (thrown) {
      // A request that was cut off together with the run proves nothing about the change.
      assertRunning(deadline);
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
    const shown = (await looks.shows(isInEffect)) ? 1 : 0;
    if (shown === neededLooks) return (record.result = whenShown);
    const other = isAlreadySo && shown === 0 ? alternativeTo(step, "alreadySo") : undefined;
    if (other) {
      record.result = "alreadySo";
      return await take(other, record, confirm);
    }
    const fault = doubt === undefined ? undefined : notShown(doubt);
    looks.postpone({ record, isInEffect, whenShown, looks: shown, neededLooks, fault });
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
      if (isInEffect && (isMissing || !isRefusal(fault)) && (await looks.shows(isInEffect))) {
        const whenShown = step.isInPlace === true ? "alreadySo" : "done";
        const neededLooks = looksAfter(step, true);
        if (neededLooks === 1) return (record.result = whenShown);
        const doubt = isMissing ? notTrusted(fault) : fault;
        looks.postpone({ record, isInEffect, whenShown, looks: 1, neededLooks, fault: doubt });
        return (record.result = "pending");
      }
      if (isInEffect && isMissing) return await contradicted(step, record, fault);
    } catch (found) {
      assertRunning(deadline);
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
    if (await looks.waitForNext()) {
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
    assertRunning(deadline);
    step.secrets?.forEach(keepSecret);
    const { auditAction, rank } = placement;
    const asRead = step.isInPlace === true ? "alreadySo" : "planned";
    const { remedy } = step;
    const record: StepRecord = { auditAction, rank, step: planStep(step), result: asRead, remedy };
    taken.push(record);
    const refusal = connection.refusalOf && (await connection.refusalOf(step));
    if (refusal) throw failed(record, refusal);
    if (dryRun) return asRead;
    record.step.sent = true;
    record.result = "unknown";
    return await carryOut(step, record, confirm);
  }

  return {
    taken,
    async read(query) {
      assertRunning(deadline);
      return await query(connection.targets);
    },
    async *stream(query) {
      assertRunning(deadline);
      for await (const piece of query(connection.targets)) {
        assertRunning(deadline);
        yield piece;
      }
    },
    change: (step, placement = {}) =>
      take(step, placement, trust.confirmAll || placement.auditAction === "RevokePermission"),
    settle: () => looks.settle(),
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

function notTrusted(missing: Fault): Fault {
  return new Fault({
    kind: "unavailable",
    message: `${missing.message} The object was read a moment ago, so this answer is not trusted.`,
    cause: missing,
    requestId: missing.requestId,
  });
}
