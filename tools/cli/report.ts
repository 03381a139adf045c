import type { AuditLog } from "../../lib/generated/types.ts";
import type { Answer } from "../../lib/host/answer.ts";
import { isRecord } from "../../lib/record.ts";
import { differencesOf, linesOf } from "../session/differences.ts";
import type { Invocation } from "../session/tenant.ts";
import type { Terminal } from "./terminal.ts";

/** Shows what an event did, or would do: its audit lines, each step with its differences, and the outcome. */
export function showInvocation({ answer, log }: Invocation, terminal: Terminal): void {
  for (const { level, message } of log)
    if (level === "warning") terminal.line(terminal.styled("yellow", `warning  ${message}`));
  for (const log of answer.outputContext.AuditLogs) terminal.line(auditLine(log, terminal));
  showPlan(answer.plan, terminal, failedSteps(answer));
  showSecrets(answer, terminal);
  terminal.line(resultOf(answer, terminal));
}

/** The sentences of the steps that failed: an audit line with an error begins with that of its step. */
function failedSteps({ plan, outputContext }: Answer): ReadonlySet<string> {
  const errors = outputContext.AuditLogs.filter(({ IsError }) => IsError);
  const hasFailed = (sentence: string): boolean =>
    errors.some(({ Message }) => Message.startsWith(`${sentence}: `));
  return new Set(plan.map(({ sentence }) => sentence).filter(hasFailed));
}

/** What only this answer has and nobody can read again: the password of a new user, and a Temporary Access Pass. */
function showSecrets({ outputContext }: Answer, terminal: Terminal): void {
  const { Data } = outputContext as { Data?: Readonly<Record<string, unknown>> };
  const profile = Data?.["passwordProfile"];
  const secrets = {
    "passwordProfile.password": isRecord(profile) ? profile["password"] : undefined,
    temporaryAccessPass: Data?.["temporaryAccessPass"],
  };
  for (const [name, value] of Object.entries(secrets))
    if (typeof value === "string" && value !== "") terminal.line(`answer   ${name}: ${value}`);
}

/** A line of an audit log: what was done, or in red what went wrong. */
export function auditLine(
  { Message, IsError }: AuditLog,
  terminal: Pick<Terminal, "styled">,
): string {
  return IsError ? terminal.styled("red", `error    ${Message}`) : `audit    ${Message}`;
}

const colours = { "+": "green", "-": "red", "~": "yellow" } as const;

/** Shows the steps of a plan as differences. `failed`: the sentences of those that failed. */
export function showPlan(
  plan: Answer["plan"],
  terminal: Terminal,
  failed: ReadonlySet<string> = new Set(),
): void {
  for (const step of plan) {
    const hasFailed = step.sent && failed.has(step.sentence);
    const sent = hasFailed ? ", failed" : "";
    terminal.line(
      terminal.styled("dim", `step     ${step.operation}${step.sent ? sent : ", not sent"}`),
    );
    if (!hasFailed) showDifferences([step], terminal, "         ");
  }
}

/** Shows what steps change, a line for each difference. */
export function showDifferences(steps: Answer["plan"], terminal: Terminal, indent: string): void {
  for (const line of steps.flatMap(differencesOf).flatMap(linesOf)) {
    const sign = line.charAt(0) as keyof typeof colours;
    terminal.line(`${indent}${terminal.styled(colours[sign], line)}`);
  }
}

function resultOf({ outputContext, outcome, stats }: Answer, terminal: Terminal): string {
  const success = outputContext.Success
    ? terminal.styled("green", "success")
    : terminal.styled("red", "no success");
  return `result   ${success}, outcome ${outcome}, ${stats.requests} requests, ${stats.totalMs} ms`;
}
