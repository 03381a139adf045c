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
    outputContext: { Success: true, ...result.output, AuditLogs: [...result.audit.map((line) => ({ ...line, IsError: false })), ...taken.map((entry) => auditOf(entry, verb))] },
    // "Already so" is said when nothing had to be changed, or when the service says it changed nothing.
    outcome: taken.some(({ result: became }) => became === "done" || became === "planned") ? "done" : "alreadySo",
    plan: taken.map(({ step }) => step),
    stats,
  };
}

/** The answer of a run that a fault ended: what was done so far stands before the fault. */
export function failed(fault: Fault, { verb, taken, stats }: Ending): Answer {
  return {
    outputContext: {
      Success: false,
      AuditLogs: [...taken.filter(({ result }) => result !== "failed").map((entry) => auditOf(entry, verb)), failureOf(fault, taken, verb)],
    },
    outcome: outcomeOf[fault.kind],
    plan: taken.map(({ step }) => step),
    stats,
  };
}

/** The answer to an event that could not be used: every fault on a line of its own. */
export function unusable(faults: string[], stats: Stats): Answer {
  return { outputContext: { Success: false, AuditLogs: faults.map((Message) => ({ Message, IsError: true })) }, outcome: "invalid", plan: [], stats };
}

function auditOf({ step, result }: Taken, verb: Verb): AuditLog {
  const ending = { planned: "would be done, this is a dry run", done: "done", alreadySo: "was already so", failed: "failed" }[result];
  return { ...actionOf(verb), Message: `${step.sentence}: ${ending}.`, IsError: false };
}

function failureOf(fault: Fault, taken: Taken[], verb: Verb): AuditLog {
  const message = fault.requestId === undefined ? fault.message : `${fault.message} (request ${fault.requestId})`;
  const step = taken.find(({ result }) => result === "failed")?.step;
  if (step === undefined) return { Message: message, IsError: true };
  return { ...actionOf(verb), Message: `${step.sentence}: ${fault.kind === "unavailable" ? "was sent, and whether it was applied is not known" : "failed"}. ${message}`, IsError: true };
}

function actionOf(verb: Verb): Pick<AuditLog, "Action"> {
  return verb.auditAction === undefined ? {} : { Action: verb.auditAction };
}
