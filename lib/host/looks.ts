import { Fault } from "../fault.ts";
import type { Step } from "../step.ts";
import { assertRunning, type Deadline } from "./deadline.ts";
import { isProvenAbsence } from "./faults.ts";
import type { Log } from "./output.ts";
import type { StepRecord } from "./stepRecord.ts";

/** Whether the target shows the effect of a step. */
export type Look<Targets> = (targets: Targets) => Promise<boolean>;

/** A step that was sent, and that looks have not shown often enough yet. */
export interface PendingStep<Targets> {
  record: StepRecord;
  isInEffect: Look<Targets>;
  /** The result of the step once enough looks show it. */
  whenShown: "done" | "alreadySo";
  /** Looks in a row that showed the effect, and how many of them are needed. */
  looks: number;
  neededLooks: number;
  /** The fault of a step whose effect does not show; undefined when it was accepted without reservation. */
  fault: Fault | undefined;
}

/** How the gate finds out whether a step took effect: it reads, waits, and reads again. */
export interface Looks<Targets> {
  /** One look. A look that fails shows nothing, unless it proves that the object does not exist. */
  shows(isInEffect: Look<Targets>): Promise<boolean>;
  /** Waits before the next look. Resolves to false when there is no time for another one. */
  waitForNext(): Promise<boolean>;
  /** Makes `settle` look at the step again. */
  postpone(step: PendingStep<Targets>): void;
  /**
   * Looks at the postponed steps, with growing waits, until they show or the time for it is over: all of them, or those
   * with these records. Returns a fault for each of these steps that counts as failed. Several calls at the same time
   * share their looks.
   */
  settle(records?: readonly StepRecord[]): Promise<Fault[]>;
}

/** Reads can lag behind writes by minutes, but no event waits longer than these 15 s. */
const waitsMs: readonly number[] = [500, 1_000, 1_500, 2_000, 2_500, 3_500, 4_000];
/** Time reserved for the reads themselves and the answer. */
const reserveMs = 3_000;

/** `strict`: an accepted step that does not show in time is a failure. */
export function openLooks<Targets>({
  connection,
  deadline,
  log,
  strict,
}: {
  connection: { readonly targets: Targets; wait(ms: number): Promise<void> };
  deadline: Pick<Deadline, "signal" | "remaining">;
  log: Log;
  strict: boolean;
}): Looks<Targets> {
  const pending = new Set<PendingStep<Targets>>();
  let round: Promise<void> | undefined;
  /** The waits of one run are shared by all of its steps. */
  let waits = [...waitsMs];

  async function waitForNext(): Promise<boolean> {
    const [ms] = waits;
    if (ms === undefined || deadline.remaining() < ms + reserveMs) return false;
    waits = waits.slice(1);
    await connection.wait(ms);
    return true;
  }

  async function shows(isInEffect: Look<Targets>): Promise<boolean> {
    try {
      return await isInEffect(connection.targets);
    } catch (thrown) {
      assertRunning(deadline);
      const fault = Fault.of(thrown);
      if (isProvenAbsence(fault)) throw fault;
      log("warning", `A step could not be confirmed: ${fault.message}`);
      return false;
    }
  }

  /** One look at every step, or the end of all when there is no time for one. */
  async function lookAtAll(): Promise<void> {
    const asked = [...pending];
    if (!(await waitForNext())) {
      asked.forEach(giveUp);
      return;
    }
    const steps = [...pending];
    // Side by side, so that the looks can go out in one request.
    const shown = await Promise.all(
      steps.map(({ isInEffect }) => shows(isInEffect).catch(Fault.of)),
    );
    for (const [index, one] of steps.entries()) {
      const found = shown[index];
      // Proven absent, which is an answer of its own.
      if (found instanceof Fault) one.record.fault = found;
      one.looks = found === true ? one.looks + 1 : 0;
      const isShown = one.looks >= one.neededLooks;
      if (isShown) one.record.result = one.whenShown;
      if (isShown || found instanceof Fault) pending.delete(one);
    }
  }

  function giveUp(one: PendingStep<Targets>): void {
    const { record, fault } = one;
    pending.delete(one);
    if (fault === undefined && !strict) {
      record.result = "accepted";
      return;
    }
    record.result = "unknown";
    record.fault = fault ?? notShown();
  }

  return {
    shows,
    waitForNext,
    postpone: (step) => void pending.add(step),
    async settle(records) {
      const own = [...pending].filter(({ record }) => records?.includes(record) ?? true);
      while (own.some((one) => pending.has(one))) {
        round ??= lookAtAll().finally(() => (round = undefined));
        await round;
      }
      return own.flatMap(({ record }) => record.fault ?? []);
    },
  };
}

/**
 * How many looks in a row have to show the effect. One is enough when the answer agrees with it, or when it shows
 * something that is there. That something is gone, against a doubtful answer, takes two.
 */
export function looksAfter(
  { isRemoval = false }: Pick<Step, "isRemoval">,
  isDoubtful: boolean,
): 1 | 2 {
  return isRemoval && isDoubtful ? 2 : 1;
}

/** The fault of a step that no look shows. */
export function notShown(doubt = "The service accepted it."): Fault {
  return new Fault({
    kind: "notReady",
    message: `${doubt} Its lists do not show the change yet.`,
  });
}
