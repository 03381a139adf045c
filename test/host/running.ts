/**
 * Runs an action of any verb from stdin to answer in a world of fakes, and holds what it writes
 * against the contracts.
 */
import { expect } from "vitest";
import type { AuditLog, Outcome, PlanStep } from "../../lib/generated/types.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import type { Contract } from "../../lib/host/schemaContract.ts";
import { readDocument } from "../../lib/runtime/stdin.ts";
import { run } from "../../lib/host/run.ts";
import { connectionOf, stdinOf, type Send, type TestTargets } from "./world.ts";

interface AnyAnswer {
  outputContext: { Success: boolean; AuditLogs: AuditLog[] };
  outcome: Outcome;
  plan: PlanStep[];
}

export interface Started {
  event: unknown;
  env?: Record<string, string>;
  /** The signal is that of the run. */
  send?: (step: Parameters<Send>[0], signal: AbortSignal) => ReturnType<Send>;
}

export interface Contracts<A, R> {
  answer: Contract<A>;
  record?: Contract<R>;
}

export interface Ran<A, R> {
  code: number;
  answer: A;
  records: R[];
  /** The audit lines: action, message, whether it is an error. */
  audit: [action: string | undefined, message: string, isError: boolean][];
  log: string[];
  connection: ReturnType<typeof connectionOf>;
}

export async function ran<Event extends AnyEvent, A extends AnyAnswer, R = never>(
  action: Action<Event, TestTargets>,
  contracts: Contracts<A, R>,
  { event, env = {}, send }: Started,
): Promise<Ran<A, R>> {
  let signal = new AbortController().signal;
  const connection = connectionOf(send && ((step) => send(step, signal)));
  const started = performance.now();
  let stdout = "";
  let stderr = "";
  const code = await run(
    action,
    (_configuration, around) => ((signal = around.signal), connection),
    {
      document: () =>
        readDocument(stdinOf(typeof event === "string" ? event : JSON.stringify(event))),
      stdout: (text) => ((stdout += text), Promise.resolve(true)),
      stderr: (text) => void (stderr += text),
      env,
      now: () => performance.now() - started,
      onLimit: () => undefined,
      onInterrupt: () => undefined,
    },
  );
  const documents = linesOf(stdout);
  const answer = documents.pop() as A;
  for (const [contract, document] of [
    [contracts.answer, answer] as const,
    ...documents.map((record) => [contracts.record, record] as const),
  ])
    expect(contract?.check(document), JSON.stringify(contract?.check.errors)).toBe(true);
  expect(code === 0).toBe(answer.outputContext.Success);
  return {
    code,
    answer,
    connection,
    records: documents as R[],
    audit: answer.outputContext.AuditLogs.map(({ Action, Message, IsError }) => [
      Action,
      Message,
      IsError,
    ]),
    // What the audit says is said on stderr as well, and last.
    log: linesOf(stderr)
      .reverse()
      .slice(answer.outputContext.AuditLogs.length)
      .reverse()
      .map(
        (line) => `${(line as { level: string }).level}: ${(line as { message: string }).message}`,
      ),
  };
}

function linesOf(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}
