import { Fault, isRefusal } from "../fault.ts";
import type { Gate, Step, StepResult, Target } from "../step.ts";
import type { Tally } from "../tally.ts";
import { assertRunning, type Deadline } from "./deadline.ts";
import { isProvenAbsence } from "./faults.ts";
import { looksAfter, notShown, openLooks } from "./looks.ts";
import type { Log } from "./output.ts";
import { planStep, type StepPlacement, type StepRecord } from "./stepRecord.ts";

/** The answers of an import that an earlier run has received, and those of this run for the next. */
export interface Resumption {
  /** The answers that were used, and when the run began that received the first of them, in milliseconds since 1970. */
  used(): { count: number; since: number };
  /** Removes them after a success, and otherwise leaves them for the next run. Never throws. */
  end(isDone: boolean): Promise<void>;
}

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

/** What a target gets to know of a step. */
export type Sendable = Pick<Step, "target" | "operation" | "parameters">;

/** The host's side of the connection to the target systems. lib/connector.ts makes one. */
export interface Connection<Targets> {
  /** One client per target, for queries. */
  readonly targets: Targets;
  /** Why a step must never be sent, in a dry run as well: it would end the connection itself, for good. */
  refusalOf?(step: Sendable): Promise<Fault | undefined>;
  /** Sends one step to its target. */
  send(step: Sendable): Promise<StepAnswer>;
  /** Whether reads show at once what the target has accepted: an effect that they do not show is none. */
  showsAtOnce?(target: Target): boolean;
  /**
   * Sends several steps together, in this order, also when one is refused. Resolves to the answer or the fault of each.
   * Undefined: they are sent one by one.
   */
  sendAll?(steps: readonly Sendable[]): Promise<readonly (StepAnswer | Fault)[]> | undefined;
  /** Resolves after `ms`; rejects when the run ends. */
  wait(ms: number): Promise<void>;
  readonly stats: {
    readonly requests: number;
    readonly retries: number;
    readonly waitedMs: number;
  };
  /**
   * Starts with the answers that an earlier run of this action has left, and keeps those of this run. Only for imports
   * that are no dry run. Undefined when no answers are kept. Never throws.
   */
  keepAnswers?(action: string): Promise<Resumption | undefined>;
  /** Counts what is read one by one. */
  readonly tally?: Tally;
  /** Sentences about the connection itself that people should read although it works. More may come with a request. */
  readonly warnings?: ReadonlySet<string>;
  close(): void;
}

type TargetStep<Targets> = Step<Extract<keyof Targets, Target>, Targets>;

/** How far the answer to a step is trusted. */
interface Confidence {
  /** The step is read back, whatever the answer. */
  confirm: boolean;
  /**
   * It follows an answer that the state contradicted: it is sent again, or in another form. A plain acceptance is no
   * success then, as long as nothing shows it.
   */
  isDoubted?: boolean;
}

/** A gate whose steps can be placed in the audit log. */
export interface HostGate<Targets> extends Gate<Targets> {
  change(step: TargetStep<Targets>, placement?: StepPlacement): Promise<StepResult>;
  changeAll(
    steps: readonly TargetStep<Targets>[],
    placement?: StepPlacement,
  ): Promise<readonly StepResult[]>;
  attemptAll(
    steps: readonly TargetStep<Targets>[],
    placement?: StepPlacement,
  ): Promise<readonly (StepResult | Fault)[]>;
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

  async function conclude(
    step: TargetStep<Targets>,
    record: StepRecord,
    answer: StepAnswer | Fault,
    confidence: Confidence,
  ): Promise<StepResult> {
    const { body = {} } = answer instanceof Fault ? {} : answer;
    for (const name of step.secretAnswer ?? []) {
      const secret = body[name];
      if (typeof secret === "string") keepSecret(secret);
    }
    const fault = answer instanceof Fault ? answer : refusedBy(step, answer);
    if (fault === undefined) return await judge(step, record, answer as StepAnswer, confidence);
    // A request that was cut off together with the run proves nothing about the change.
    assertRunning(deadline);
    return await afterFault(step, record, fault, confidence);
  }

  /** Decides by the state, not by the answer. */
  async function judge(
    step: TargetStep<Targets>,
    record: StepRecord,
    { notices, wasRetried = false }: StepAnswer,
    { confirm, isDoubted = false }: Confidence,
  ): Promise<StepResult> {
    const unknown = notices.filter(({ kind }) => kind === undefined).map(({ text }) => text);
    for (const text of unknown) log("warning", text);
    const isAlreadySo = notices.some(({ kind }) => kind === "alreadySo");
    const wasSilentlySo = step.isInPlace === true && step.isSilent === true;
    const whenShown = isAlreadySo || wasSilentlySo ? "alreadySo" : "done";
    const { isInEffect, unread } = step;
    const doubt = doubtOf(unknown, wasRetried, isAlreadySo);
    const ended = (): StepResult => {
      if (unread && !wasRetried) record.step.before = unread.before(isAlreadySo);
      return (record.result = whenShown);
    };
    if (!isInEffect || (doubt === undefined && !confirm)) return ended();
    const neededLooks = looksAfter(step, unknown.length > 0 || wasRetried);
    const shown = (await looks.shows(isInEffect)) ? 1 : 0;
    if (shown === neededLooks) return ended();
    const other = isAlreadySo && shown === 0 ? alternativeTo(step, "alreadySo") : undefined;
    if (other) {
      record.result = "alreadySo";
      return await take(other, record, { confirm, isDoubted: true });
    }
    const mayLag = !isDoubted && connection.showsAtOnce?.(step.target) !== true;
    const fault = doubt === undefined && mayLag ? undefined : notShown(doubt);
    looks.postpone({ record, isInEffect, whenShown, looks: shown, neededLooks, fault });
    return (record.result = "pending");
  }

  /** A fault is an answer as well: what the state shows decides whether the step failed. */
  async function afterFault(
    step: TargetStep<Targets>,
    record: StepRecord,
    fault: Fault,
    confidence: Confidence,
  ): Promise<StepResult> {
    try {
      if (step.recover) return (record.result = await step.recover(fault));
      const { isInEffect } = step;
      const isMissing = fault.kind === "missing";
      // Throws when the object is proven to be absent.
      if (isInEffect && (isMissing || !isRefusal(fault)) && (await looks.shows(isInEffect))) {
        // A target that answers with an error has not carried out the step.
        const wasAnswered = fault.kind !== "unavailable";
        const wasSo = step.isInPlace === true || (step.unread !== undefined && wasAnswered);
        const whenShown = wasSo ? "alreadySo" : "done";
        const neededLooks = looksAfter(step, true);
        if (neededLooks === 1) return (record.result = whenShown);
        const doubt = isMissing ? notTrusted(fault) : fault;
        looks.postpone({ record, isInEffect, whenShown, looks: 1, neededLooks, fault: doubt });
        return (record.result = "pending");
      }
      if (isInEffect && isMissing) return await contradicted(step, record, fault);
    } catch (thrown) {
      assertRunning(deadline);
      const found = Fault.of(thrown);
      // Any other fault already says that the outcome is unknown.
      const isDecided = isRefusal(fault) || decides(found) || !isRefusal(found);
      throw failed(record, isDecided ? found : notConfirmed(fault, found));
    }
    failed(record, fault);
    const other = alternativeTo(step, fault.kind);
    if (other) return await take(other, record, confidence);
    throw fault;
  }

  /** "Not found" from a write, of an object that this run has read: one controller may not know it yet. */
  async function contradicted(
    step: TargetStep<Targets>,
    record: StepRecord,
    fault: Fault,
  ): Promise<StepResult> {
    if (await looks.waitForNext()) {
      const answer = await answerTo(step);
      if (!(answer instanceof Fault))
        return await judge(step, record, answer, { confirm: true, isDoubted: true });
    }
    throw notTrusted(fault);
  }

  function failed(record: StepRecord, fault: Fault): Fault {
    if (isRefusal(fault)) record.result = "failed";
    record.fault = fault;
    return fault;
  }

  async function take(
    wanted: TargetStep<Targets>,
    placement: StepPlacement,
    confidence: Confidence,
  ): Promise<StepResult> {
    const [ended = unanswered] = await takeAll([wanted], placement, confidence);
    return resultOf(ended);
  }

  async function takeAll(
    wanted: readonly TargetStep<Targets>[],
    placement: StepPlacement,
    confidence: Confidence,
  ): Promise<(StepResult | Fault)[]> {
    assertRunning(deadline);
    const steps = dryRun ? await Promise.all(wanted.map(foreseen)) : wanted;
    if (connection.refusalOf) await assertAllowed(steps, placement);
    const begun = steps.map((step) => ({ step, ...recordOf(step, placement) }));
    if (dryRun) return begun.map(({ asRead }) => asRead);
    const answers = await answersTo(steps);
    // Side by side, so that their looks can go out in one request as well.
    const ended = await Promise.all(
      begun.map(({ step, record }, index) =>
        conclude(
          step,
          record,
          answers[index] ?? unanswered,
          step.mustShow ? { confirm: true, isDoubted: true } : confidence,
        ).catch(Fault.of),
      ),
    );
    if (!steps.some(({ mustShow }) => mustShow)) return ended;
    // What comes after such a step depends on it, so it is not left for the end of the event.
    await looks.settle(begun.map(({ record }) => record));
    return begun.map(({ record }, index) => {
      const { [index]: result = unanswered } = ended;
      return result === "pending" ? (record.fault ?? shownAs(record)) : result;
    });
  }

  /** The step as a dry run shows it: with what its target would report about it. */
  async function foreseen(step: TargetStep<Targets>): Promise<TargetStep<Targets>> {
    const { unread } = step;
    if (!unread) return step;
    const isInPlace = await unread.isInPlace(connection.targets);
    return { ...step, isInPlace, before: unread.before(isInPlace) };
  }

  /** Sends none of the steps when one of them must never be sent, and puts that one on record. */
  async function assertAllowed(
    steps: readonly TargetStep<Targets>[],
    placement: StepPlacement,
  ): Promise<void> {
    for (const step of steps) {
      const refusal = await connection.refusalOf?.(sendable(step));
      if (refusal) throw failed(recordOf(step, placement, false).record, refusal);
    }
  }

  /** The step on record, and its result as far as reads have shown it. */
  function recordOf(
    step: TargetStep<Targets>,
    { auditAction, rank }: StepPlacement,
    isSent = !dryRun,
  ): { record: StepRecord; asRead: StepResult } {
    step.secrets?.forEach(keepSecret);
    const asRead = step.isInPlace === true ? "alreadySo" : "planned";
    const { remedy } = step;
    const record: StepRecord = { auditAction, rank, step: planStep(step), result: asRead, remedy };
    taken.push(record);
    if (isSent) {
      record.step.sent = true;
      record.result = "unknown";
    }
    return { record, asRead };
  }

  async function answerTo(step: TargetStep<Targets>): Promise<StepAnswer | Fault> {
    return await connection.send(sendable(step)).catch(Fault.of);
  }

  async function answersTo(
    steps: readonly TargetStep<Targets>[],
  ): Promise<readonly (StepAnswer | Fault)[]> {
    const together = steps.length > 1 ? connection.sendAll?.(steps.map(sendable)) : undefined;
    if (together)
      return await together.catch((thrown: unknown) => {
        const fault = Fault.of(thrown);
        return steps.map(() => fault);
      });
    const answers: (StepAnswer | Fault)[] = [];
    for (const step of steps) answers.push(await answerTo(step));
    return answers;
  }

  /** A step that takes something away is read back, whatever the answer. */
  function confidenceIn({ auditAction }: StepPlacement): Confidence {
    return { confirm: trust.confirmAll || auditAction === "RevokePermission" };
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
    change: (step, placement = {}) => take(step, placement, confidenceIn(placement)),
    changeAll: async (steps, placement = {}) =>
      (await takeAll(steps, placement, confidenceIn(placement))).map(resultOf),
    attemptAll: (steps, placement = {}) => takeAll(steps, placement, confidenceIn(placement)),
    settle: () => looks.settle(),
  };
}

/** The result of a step that reads have shown. */
function shownAs({ result }: StepRecord): StepResult {
  return result === "alreadySo" ? result : "done";
}

/** The answer to a step that the connection forgot: never taken for a success. */
const unanswered = new Fault({
  kind: "unexpected",
  message: "The connection returned no answer to a step.",
});

function resultOf(ended: StepResult | Fault): StepResult {
  if (ended instanceof Fault) throw ended;
  return ended;
}

function sendable({ target, operation, parameters }: Sendable): Sendable {
  return { target, operation, parameters };
}

/** Why a step cannot use the object that came as its answer. */
function refusedBy(step: Pick<Step, "onAnswer">, { body }: StepAnswer): Fault | undefined {
  try {
    if (body) step.onAnswer?.(body);
    return undefined;
  } catch (thrown) {
    return Fault.of(thrown);
  }
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

/** Whether the fault of a look is about the step. A look that was itself refused says nothing about it. */
function decides(look: Fault): boolean {
  return ["taken", "ambiguous"].includes(look.kind) || isProvenAbsence(look);
}

/** The fault of a step without a usable answer, which may have been carried out, and which no look could confirm. */
function notConfirmed(fault: Fault, look: Fault): Fault {
  return new Fault({
    kind: fault.kind,
    retryable: fault.retryable,
    message: `${fault.message} It could not be confirmed: ${look.message}`,
    cause: fault,
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
