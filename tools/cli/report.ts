import type { AuditLog } from "../../lib/generated/types.ts";
import type { Answer } from "../../lib/host/answer.ts";
import { differencesOf, linesOf } from "../session/differences.ts";
import type { Invocation } from "../session/tenant.ts";
import type { Terminal } from "./terminal.ts";

/** Shows what an event did, or would do: its audit lines, each step with its differences, and the outcome. */
export function showInvocation({ answer, log }: Invocation, terminal: Terminal): void {
  for (const { level, message } of log)
    if (level === "warning") terminal.line(terminal.styled("yellow", `warning  ${message}`));
  for (const log of answer.outputContext.AuditLogs) terminal.line(auditLine(log, terminal));
  showPlan(answer.plan, terminal);
  terminal.line(resultOf(answer, terminal));
}

/** A line of an audit log: what was done, or in red what went wrong. */
export function auditLine(
  { Message, IsError }: AuditLog,
  terminal: Pick<Terminal, "styled">,
): string {
  return IsError ? terminal.styled("red", `error    ${Message}`) : `audit    ${Message}`;
}

const colours = { "+": "green", "-": "red", "~": "yellow" } as const;

/** Shows the steps of a plan as differences. */
export function showPlan(plan: Answer["plan"], terminal: Terminal): void {
  for (const step of plan) {
    terminal.line(
      terminal.styled("dim", `step     ${step.operation}${step.sent ? "" : ", not sent"}`),
    );
    showDifferences([step], terminal, "         ");
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
