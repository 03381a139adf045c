import { expect } from "vitest";
import type { Fault } from "../../lib/fault.ts";
import { createAnswer } from "../generated/answers.ts";
import type { CreateAnswer } from "../../lib/generated/types.ts";
import { onCreate, type Correlated, type CreateInput } from "../../lib/host/createAction.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import type { Connection } from "../../lib/host/gate.ts";
import type { Needs, Step } from "../../lib/step.ts";
import { readDocument } from "../../lib/runtime/stdin.ts";
import { run, type Connect, type Surroundings } from "../../lib/host/run.ts";

export const guid = "0b1ec700-0000-4000-8000-00000000abcd";

export const configuration = {
  Organization: "contoso.onmicrosoft.com",
  TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
  AppId: "c11e4700-0000-4000-8000-00000000c0de",
  AppSecret: "Zx8~Q-top.secret_value",
};

/** A create event as the platform sends it, with the differences a test is about. */
export function eventWith(
  actionContext: Record<string, unknown> = {},
  outputData: Record<string, unknown> | null = null,
): Record<string, unknown> {
  return {
    actionContext: {
      Configuration: configuration,
      DryRun: false,
      Data: { CustomAttribute1: "E1" },
      CorrelationConfiguration: {
        Enabled: true,
        PersonField: "Person.ExternalId",
        PersonFieldValue: "E1",
        AccountField: "CustomAttribute1",
        AccountFieldValue: null,
      },
      ...actionContext,
    },
    personContext: { Person: { ExternalId: "E1" } },
    outputContext: { Data: outputData },
  };
}

export const found: Correlated = {
  accountReference: guid,
  sentence: `Correlated with mailbox (${guid})`,
  account: { CustomAttribute1: "E1" },
};

/** A change of one property, as a noun makes it. */
export function step(property: string, value: unknown = true): Step<"exchange", TestTargets> {
  return {
    target: "exchange",
    operation: "Set-Mailbox",
    parameters: { Identity: guid, [property]: value },
    sentence: `Set ${property}`,
    before: { [property]: false },
  };
}

/** An action that finds the mailbox and sets these properties, one after the other. */
export function setting(...properties: string[]): Action<AnyEvent, TestTargets> {
  return acting(async ({ change }) => {
    for (const property of properties) await change(step(property));
    return found;
  });
}

export function acting(
  handle: (input: CreateInput<TestTargets>) => Promise<Correlated>,
): Action<AnyEvent, TestTargets> {
  return onCreate({ ...undeclared, handle });
}

/** One target, with a client that nothing here looks into. */
export interface TestTargets {
  exchange: string;
}
/** For actions whose declaration is not what the test is about. */
export const undeclared: { needs: Needs<TestTargets>; configuration: readonly never[] } = {
  needs: { exchange: { operations: {} } },
  configuration: [],
};
export type Send = Connection<TestTargets>["send"];

/** A connection that counts, and answers as it is told. */
export function connectionOf(
  send: Send = () => Promise.resolve({ notices: [] }),
): Connection<TestTargets> & { sent: string[]; closed: number } {
  const sent: string[] = [];
  const stats = { requests: 0, retries: 1, waitedMs: 12.7 };
  const connection: Connection<TestTargets> & { sent: string[]; closed: number } = {
    targets: { exchange: "client" },
    sent,
    stats,
    closed: 0,
    send(step: Parameters<Send>[0]) {
      sent.push(Object.keys(step.parameters).at(-1) ?? "");
      stats.requests++;
      return send(step);
    },
    wait: () => Promise.resolve(),
    close() {
      connection.closed++;
    },
  };
  return connection;
}

/** All at once, or as the bytes come. */
export async function* stdinOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks)
    yield await Promise.resolve(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
}

/** A stdin that is never closed. */
export async function* openStdin(...chunks: string[]): AsyncGenerator<Uint8Array> {
  yield* stdinOf(...chunks);
  await new Promise(() => undefined);
}

export interface Choices {
  event?: unknown;
  stdin?: AsyncIterable<Uint8Array>;
  env?: Record<string, string>;
  send?: Send;
  connect?: Connect<TestTargets>;
  /** Called as soon as the run can be interrupted. */
  interrupted?(interrupt: (reason: Fault) => void): void;
}

export interface Outcome {
  code: number;
  answer: CreateAnswer;
  messages: string[];
  /** The last audit line. */
  last: string | undefined;
  log: { level: string; message: string }[];
  stdout: string;
  stderr: string;
  connection: ReturnType<typeof connectionOf>;
  surroundings: Surroundings | undefined;
}

/** Runs an action in a world of fakes. Whatever the test is about, the answer is one line and as the contract says. */
export async function runIn(
  { event = eventWith(), stdin, env = {}, send, connect, interrupted }: Choices,
  action: Action<AnyEvent, TestTargets> = setting(),
): Promise<Outcome> {
  const connection = connectionOf(send);
  let surroundings: Surroundings | undefined;
  const started = performance.now();
  let stdout = "";
  let stderr = "";
  const code = await run(
    action,
    (settings, around) => {
      surroundings = around;
      return connect ? connect(settings, around) : connection;
    },
    {
      document: () =>
        readDocument(stdin ?? stdinOf(typeof event === "string" ? event : JSON.stringify(event))),
      stdout(text) {
        stdout += text;
        return Promise.resolve(true);
      },
      stderr: (text) => void (stderr += text),
      env,
      now: () => performance.now() - started,
      onLimit: () => undefined,
      onInterrupt: (interrupt) => interrupted?.(interrupt),
    },
  );
  const lines = stdout.split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toBe("");
  const answer = checked(JSON.parse(lines[0] ?? ""));
  // 2 is a failure too: the event could not be used.
  expect(code === 0).toBe(answer.outputContext.Success);
  const messages = answer.outputContext.AuditLogs.map(({ Message }) => Message);
  return {
    code,
    answer,
    messages,
    last: messages.at(-1),
    log: stderr
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { level: string; message: string }),
    stdout,
    stderr,
    connection,
    surroundings,
  };
}

/** The answer, after the generated validator has found nothing wrong with it. */
export function checked(answer: unknown): CreateAnswer {
  expect(createAnswer.check(answer), JSON.stringify(createAnswer.check.errors)).toBe(true);
  return answer as CreateAnswer;
}

/** What a promise rejects with. */
export const thrown = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing was thrown",
    (reason: unknown) => reason,
  );
