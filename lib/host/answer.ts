import type { Fault, FaultKind } from "../fault.ts";
import type { AuditLog, Outcome, Stats } from "../generated/types.ts";
import type { Result } from "./action.ts";
import { isProvenAbsence } from "./faults.ts";
import type { StepRecord } from "./stepRecord.ts";
import type { Verb } from "./verbs.ts";

/** The outcome of an event that ends with a fault of this kind. */
export const outcomeOf: Readonly<Record<FaultKind, Outcome>> = {
  missing: "gone",
  noEntry: "unknown",
  notReady: "notYet",
  ambiguous: "ambiguous",
  taken: "invalid",
  onPremises: "masteredOnPremises",
  unlicensed: "notLicensed",
  denied: "forbidden",
  notManager: "forbidden",
  invalid: "invalid",
  throttled: "throttled",
  unavailable: "unknown",
  unexpected: "unknown",
};

/** The last line of every run. The same form for every verb; the contract of each is in schemas/answer.schema.json. */
export interface Answer {
  outputContext: Record<string, unknown> & { Success: boolean; AuditLogs: AuditLog[] };
  outcome: Outcome;
  plan: StepRecord["step"][];
  stats: Stats;
}

export interface Ending {
  verb: Verb;
  taken: StepRecord[];
  /** The verb's own part of the output context, as far as it was set. */
  output: Readonly<Record<string, unknown>>;
  stats: Stats;
}

/** The answer of a run that finished. */
export function finished(
  { audit = [], faults = [], isGone = false }: Result,
  ending: Ending,
): Answer {
  const { verb, taken } = ending;
  if (faults.length > 0) return failed(faults, ending, { audit, wereAttempts: true });
  const lines = [
    ...audit.map((line) => ({ ...line, IsError: false })),
    ...taken.map((entry) => ({ ...auditOf(entry, verb, entry.fault), IsError: false })),
  ];
  return answerOf(true, lines, outcomeOfSuccess(ending, isGone), ending);
}

/** "Already so": nothing had to be changed, or the service reported that it changed nothing. */
function outcomeOfSuccess({ verb, taken }: Ending, isGone: boolean): Outcome {
  const changes: readonly StepRecord["result"][] = ["done", "planned", "accepted"];
  if (verb.onlyReads || taken.some(({ result }) => changes.includes(result))) return "done";
  return isGone ? outcomeOf.missing : "alreadySo";
}

/**
 * The answer of a run with faults: the audit lists what was done before what was not. `wereAttempts`:
 * each fault belongs to one of several attempts, and did not end the run. For verbs that take
 * something away, an object that no longer exists is a success.
 */
export function failed(
  faults: readonly Fault[],
  ending: Ending,
  { audit = [], wereAttempts = false }: Pick<Result, "audit"> & { wereAttempts?: boolean } = {},
): Answer {
  const { verb, taken } = ending;
  const notes = audit.map((line) => ({ ...line, IsError: false }));
  const isGone = isProvenAbsence;
  const isSettled = ({ result, fault }: StepRecord): boolean =>
    fault ? isGone(fault) : result !== "unknown" && result !== "pending";
  if (verb.whenMissing === "success" && faults.every(isGone) && taken.every(isSettled)) {
    const lines = taken
      .filter(({ fault }) => fault === undefined)
      .map((entry) => auditOf(entry, verb, undefined));
    return answerOf(
      true,
      [
        ...notes,
        ...lines,
        ...faults.map(({ message }) => ({
          Message: `${message} There is nothing left to ${verb.name}.`,
          IsError: false,
        })),
      ],
      outcomeOf.missing,
      ending,
    );
  }
  // A fault that belongs to no step, such as the time limit, cut off the steps that were in progress.
  const cutOff = faults.find((fault) => !taken.some((entry) => entry.fault === fault));
  const reasons = taken.map(
    ({ result, fault: own }) =>
      own ?? (result === "unknown" || result === "pending" ? cutOff : undefined),
  );
  const lines = taken.map((entry, index) => auditOf(entry, verb, reasons[index]));
  const others = faults
    .filter((fault) => !reasons.includes(fault))
    .map((fault) => ({ Message: messageOf(fault), IsError: true }));
  const made = taken.filter(
    ({ step, result }) => step.sent && (result === "done" || result === "alreadySo"),
  ).length;
  const isPartly =
    made > 0 &&
    (made < taken.length || (wereAttempts && taken.some(({ result }) => result === "done")));
  const partly = isPartly
    ? [
        {
          Message: `Only partly done${made < taken.length ? `: ${made} of ${taken.length} changes` : ""}.`,
          IsError: true,
        },
      ]
    : [];
  return answerOf(
    false,
    [...notes, ...lines, ...others, ...partly],
    outcomeOfFault(faults[0], verb),
    ending,
  );
}

/** An absence that would be a success is unknown until it is proven. */
function outcomeOfFault(fault: Fault | undefined, { whenMissing }: Verb): Outcome {
  if (fault === undefined) return "unknown";
  const isDoubtful = fault.kind === "missing" && whenMissing === "success" && !fault.isProven;
  return isDoubtful ? "unknown" : outcomeOf[fault.kind];
}

/** The answer to an event that could not be used: every fault on a line of its own. */
export function unusable(faults: string[], ending: Omit<Ending, "verb">): Answer {
  return answerOf(
    false,
    faults.map((Message) => ({ Message, IsError: true })),
    "invalid",
    ending,
  );
}

function answerOf(
  Success: boolean,
  AuditLogs: AuditLog[],
  outcome: Outcome,
  { taken, output, stats }: Omit<Ending, "verb">,
): Answer {
  // A copy: an action that outlives its run may still write to its output.
  return {
    outputContext: { ...structuredClone(output), Success, AuditLogs },
    outcome,
    plan: taken.map(({ step }) => step),
    stats,
  };
}

const endings: Readonly<Record<StepRecord["result"], string>> = {
  planned: "would be done, this is a dry run",
  unknown: "was sent; it is unknown whether it was applied",
  pending: "was sent; it is unknown whether it was applied",
  accepted: "accepted; its lists do not show it yet",
  done: "done",
  alreadySo: "was already so",
  failed: "failed",
};

function auditOf(
  { step, result, auditAction: own, remedy = "" }: StepRecord,
  { auditAction: usual }: Verb,
  reason: Fault | undefined,
): AuditLog {
  const auditAction = own ?? usual;
  const isOpen = result === "unknown" || result === "pending" || result === "accepted";
  const parts = [
    `${step.sentence}: ${endings[result]}.`,
    reason === undefined ? "" : messageOf(reason),
    isOpen ? remedy : "",
  ];
  return {
    ...(auditAction === undefined ? {} : { Action: auditAction }),
    Message: parts.filter((part) => part !== "").join(" "),
    IsError: result === "failed" || result === "unknown" || result === "pending",
  };
}

function messageOf({ message, requestId }: Fault): string {
  return requestId === undefined ? message : `${message} (request ${requestId})`;
}
