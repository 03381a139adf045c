import type { Fault, FaultKind } from "../fault.ts";
import type { AuditLog, Outcome, Stats } from "../generated/types.ts";
import type { Result } from "./action.ts";
import type { Taken } from "./gate.ts";
import type { Verb } from "./verbs.ts";

const outcomeOf: Readonly<Record<FaultKind, Outcome>> = {
  missing: "gone",
  already: "alreadySo",
  notReady: "notYet",
  ambiguous: "ambiguous",
  onPremises: "masteredOnPremises",
  unlicensed: "notLicensed",
  denied: "forbidden",
  invalid: "invalid",
  throttled: "throttled",
  unavailable: "unknown",
  unexpected: "unknown",
};

/** The last line of every run. The same form for every verb; the contract of each is in schemas/answer.schema.json. */
export interface Answer {
  outputContext: Record<string, unknown> & { Success: boolean; AuditLogs: AuditLog[] };
  outcome: Outcome;
  plan: Taken["step"][];
  stats: Stats;
}

export interface Ending {
  verb: Verb;
  taken: Taken[];
  stats: Stats;
}

/** The answer of a run that came to its end. */
export function succeeded(result: Result, { verb, taken, stats }: Ending): Answer {
  return {
    outputContext: { ...result.output, Success: true, AuditLogs: [...result.audit.map((line) => ({ ...line, IsError: false })), ...taken.map((entry) => ({ ...auditOf(entry, verb, entry.fault), IsError: false }))] },
    // "Already so" is said when nothing had to be changed, or when the service says it changed nothing.
    outcome: verb.onlyReads || taken.some(({ result: became }) => became === "done" || became === "planned") ? "done" : "alreadySo",
    plan: taken.map(({ step }) => step),
    stats,
  };
}

/**
 * The answer of a run that a fault ended: what was done so far stands before the fault. That nobody is there any more is a success
 * for the verbs that take something away, if they had nothing to take yet.
 */
export function failed(fault: Fault, { verb, taken, stats }: Ending): Answer {
  if (fault.kind === "missing" && verb.whenMissing === "success" && taken.every((entry) => entry.fault === fault)) {
    return { outputContext: { Success: true, AuditLogs: [{ Message: `${fault.message} There is nothing left to ${verb.name}.`, IsError: false }] }, outcome: outcomeOf.missing, plan: taken.map(({ step }) => step), stats };
  }
  // A fault that no step met itself, such as the end of the time, is what cut off the steps that were on their way.
  const cutOff = taken.some((entry) => entry.fault === fault) ? undefined : fault;
  const reasons = taken.map(({ result, fault: own }) => own ?? (result === "unknown" ? cutOff : undefined));
  const lines = taken.map((entry, index) => auditOf(entry, verb, reasons[index]));
  return {
    outputContext: { Success: false, AuditLogs: reasons.includes(fault) ? lines : [...lines, { Message: told(fault), IsError: true }] },
    outcome: outcomeOf[fault.kind],
    plan: taken.map(({ step }) => step),
    stats,
  };
}

/** The answer to an event that could not be used: every fault on a line of its own. */
export function unusable(faults: string[], stats: Stats): Answer {
  return { outputContext: { Success: false, AuditLogs: faults.map((Message) => ({ Message, IsError: true })) }, outcome: "invalid", plan: [], stats };
}

const endings: Readonly<Record<Taken["result"], string>> = {
  planned: "would be done, this is a dry run",
  unknown: "was sent, and whether it was applied is not known",
  done: "done",
  alreadySo: "was already so",
  failed: "failed",
};

function auditOf({ step, result }: Taken, { auditAction }: Verb, reason: Fault | undefined): AuditLog {
  return {
    ...(auditAction === undefined ? {} : { Action: auditAction }),
    Message: `${step.sentence}: ${endings[result]}.${reason === undefined ? "" : ` ${told(reason)}`}`,
    IsError: result === "failed" || result === "unknown",
  };
}

function told({ message, requestId }: Fault): string {
  return requestId === undefined ? message : `${message} (request ${requestId})`;
}
