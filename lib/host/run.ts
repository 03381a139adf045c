import { Fault } from "../fault.ts";
import { version } from "../generated/version.ts";
import { shortened } from "../graphemes.ts";
import type { Configuration, Stats } from "../generated/types.ts";
import type { Action, AnyEvent, Context, Result } from "./action.ts";
import { failed, finished, unusable, type Answer, type Ending } from "./answer.ts";
import { readAs, Unusable } from "./schemaContract.ts";
import { repeatedSecrets, secretsIn } from "./secretValues.ts";
import { deadlineFrom, startDeadline, type Deadline } from "./deadline.ts";
import { openGate, type Connection, type HostGate, type Resumption } from "./gate.ts";
import { outputTo, type Output, type Log } from "./output.ts";
import { reportProgress } from "./progress.ts";
import { Redaction } from "./redaction.ts";
import { sourceStack } from "./sourceStack.ts";
import type { StepRecord } from "./stepRecord.ts";

/** The world around one run. Everything that is not the event comes in here. */
export interface World {
  /** The path of the action, such as `lifecycle/import`. Without it, an import that ends early begins again. */
  action?: string;
  /** The event, as a JSON document. Rejects with `Unusable` when the input is not one. */
  document(): Promise<unknown>;
  /** Resolves to whether the text was written. */
  stdout(text: string, isAnswer: boolean): Promise<boolean>;
  stderr(text: string): void;
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the process started. */
  now(): number;
  /** Called with the time limit of the event, in milliseconds from the start of the process, and when it is lowered. */
  onLimit(milliseconds: number): void;
  /** Called once with the way to end the run early: a signal from outside, or an error that was not caught. */
  onInterrupt(interrupt: (reason: Fault) => void): void;
}

export interface Surroundings {
  env: World["env"];
  signal: AbortSignal;
  /** Milliseconds left for this event. */
  remaining(): number;
  log: Log;
  /** Everything that must never be written, as soon as it is known. */
  keepSecret(secret: string): void;
}

/** Connects with a configuration; throws `Unusable` when the configuration or environment cannot be used. */
export type Connect<Targets> = (
  configuration: Configuration,
  surroundings: Surroundings,
) => Connection<Targets>;

/**
 * Runs one event from document to answer, and returns the exit code: 0 when the answer reports success, 1 when not,
 * 2 when the event could not be used. Every path ends with an answer on stdout.
 */
export async function run<Event extends AnyEvent, Targets>(
  action: Action<Event, Targets>,
  connect: Connect<Targets>,
  world: World,
): Promise<0 | 1 | 2> {
  const redaction = new Redaction();
  const output = outputTo(world.stdout, world.stderr, redaction);
  const state: RunState = { taken: [], connection: undefined, output: {} };
  const ending = (): Ending => ({
    verb: action.verb,
    taken: state.taken.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0)),
    output: state.output,
    stats: statsOf(state, world),
  });
  let deadline: Deadline | undefined;
  let answer: Answer;
  let code: 0 | 1 | 2;
  try {
    const limit = deadlineFrom(world.env, action.verb.deadlineMs);
    world.onLimit(limit);
    deadline = startDeadline(limit, world.now);
    world.onInterrupt(deadline.interrupt);
    state.output = action.initialOutput?.(undefined) ?? {};
    const event = await received(action, world, { deadline, redaction, output, state });
    if (event.actionContext.DryRun && action.verb.previewMs !== undefined) {
      const previewLimit = deadlineFrom(world.env, action.verb.previewMs);
      world.onLimit(previewLimit);
      deadline.atMost(previewLimit);
    }
    const result = await handled(action, event, connect, {
      world,
      deadline,
      redaction,
      output,
      state,
    });
    answer = finished(result, ending());
    code = answer.outputContext.Success ? 0 : 1;
  } catch (thrown) {
    if (thrown instanceof Unusable) {
      answer = unusable(thrown.faults, ending());
      code = 2;
    } else {
      const fault = Fault.of(thrown);
      const origin = originOf(fault);
      if (origin !== undefined) output.log("verbose", origin);
      const { audit, faults = [] } = state.resultUntilNow?.(fault) ?? {};
      answer = failed([fault, ...faults], ending(), { ...(audit && { audit }) });
      code = answer.outputContext.Success ? 0 : 1;
    }
  }
  deadline?.stop();
  state.connection?.close();
  for (const Message of state.connection?.warnings ?? [])
    answer.outputContext.AuditLogs.push({ Message, IsError: false });
  for (const line of answer.outputContext.AuditLogs) {
    output.log(line.IsError ? "error" : "information", line.Message);
    // Cut only now: half a secret would not be recognised.
    line.Message = auditMessage(redaction.text(line.Message));
  }
  for (const step of answer.plan)
    Object.assign(step, {
      sentence: redaction.text(step.sentence),
      parameters: redaction.deep(step.parameters),
      before: redaction.deep(step.before),
    });
  const isWritten = await output.document(answer, true);
  await state.resumption?.end(isWritten && code === 0);
  // An answer that no one received is not a success, whatever it reports.
  return isWritten || code !== 0 ? code : 1;
}

/**
 * The platform publishes no limit for a message. This is as much as anyone reads in an audit log;
 * stderr has the whole message.
 */
const maxMessageLength = 1_000;

function auditMessage(message: string): string {
  return message.length <= maxMessageLength ? message : `${shortened(message, maxMessageLength)}…`;
}

/** The settings that the host itself reads, for every action. */
export const hostConfiguration = ["ConfirmRevokes"] as const;

/** The state of a run in progress. */
interface RunState {
  taken: readonly StepRecord[];
  connection: Pick<Connection<unknown>, "stats" | "warnings" | "close"> | undefined;
  resumption?: Resumption | undefined;
  output: Record<string, unknown>;
  resultUntilNow?: (reason: Fault) => Result;
}

async function received<Event extends AnyEvent, Targets>(
  action: Action<Event, Targets>,
  world: World,
  { deadline, redaction, output, state }: Omit<Handling, "world">,
): Promise<Event> {
  const document = await deadline.bound(world.document()).catch((thrown: unknown) => {
    throw thrown instanceof Unusable
      ? thrown
      : new Unusable([`No complete event arrived. ${Fault.of(thrown).message}`]);
  });
  // Before any message about the event: a fault must not quote a secret either.
  for (const secret of secretsIn(document, action.contract.shape)) redaction.add(secret);
  const repeated = repeatedSecrets(document, action.contract.shape);
  if (repeated.length > 0) throw new Unusable(repeated);
  state.output = action.initialOutput?.(document) ?? {};
  return frozen(readAs(action.contract, document, (text) => output.log("warning", text)));
}

interface Handling {
  world: World;
  deadline: Deadline;
  redaction: Redaction;
  output: Output;
  state: RunState;
}

async function handled<Event extends AnyEvent, Targets>(
  action: Action<Event, Targets>,
  event: Event,
  connect: Connect<Targets>,
  { world, deadline, redaction, output, state }: Handling,
): Promise<Result> {
  const { Configuration: configuration, DryRun: dryRun = false } = event.actionContext;
  const { log } = output;
  const keepSecret = (secret: string): void => redaction.add(secret);
  const connection = connect(configuration, {
    env: world.env,
    signal: deadline.signal,
    remaining: deadline.remaining,
    log,
    keepSecret,
  });
  state.connection = connection;
  const gate = openGate({
    connection,
    dryRun,
    deadline,
    log,
    keepSecret,
    trust: {
      confirmAll: action.verb.whenMissing === "success",
      strict: configuration.ConfirmRevokes === "strict",
    },
  });
  state.taken = gate.taken;
  const records = recorder(output, deadline, dryRun);
  if (action.verb.isImport && !dryRun) {
    const { tally, stats } = connection;
    const { now } = world;
    if (tally)
      reportProgress({ tally, stats, records: records.written, now, signal: deadline.signal, log });
    if (world.action !== undefined) state.resumption = await connection.keepAnswers?.(world.action);
  }
  const work = action.run({
    ...gate,
    event,
    configuration,
    log,
    remaining: deadline.remaining,
    record: records.write,
    output: state.output,
    onEarlyEnd: (resultUntilNow) => (state.resultUntilNow = resultUntilNow),
  });
  try {
    return await deadline.bound(settled(work, gate));
  } catch (thrown) {
    // The event was usable, so nothing thrown from here on may count as a fault of the event.
    throw Fault.of(thrown);
  } finally {
    const used = state.resumption?.used();
    if (used && used.count > 0)
      log(
        "information",
        `The import went on where an earlier run had ended: ${used.count} of its answers were used ` +
          `(it began at ${new Date(used.since).toISOString()}).`,
      );
  }
}

/** The result of the work, after the gate has checked every step that reads did not show at once. */
async function settled(
  work: Promise<Result>,
  { settle }: Pick<HostGate<unknown>, "settle">,
): Promise<Result> {
  try {
    const result = await work;
    const faults = await settle();
    return faults.length === 0
      ? result
      : { ...result, faults: [...(result.faults ?? []), ...faults] };
  } catch (thrown) {
    await settle();
    throw thrown;
  }
}

/** A preview of an import must answer within 90 s. A sample shows what the records look like. */
const sampleSize = 50;

function recorder(
  { document }: Output,
  { signal }: Deadline,
  dryRun: boolean,
): { write: Context<unknown, unknown>["record"]; written(): number } {
  let count = 0;
  return {
    async write(record) {
      // No record may follow the answer.
      if (signal.aborted) throw Fault.of(signal.reason);
      if (!(await document({ record })))
        throw new Fault({
          kind: "unavailable",
          message:
            "The records could not be written to stdout: its reader is gone, or the disk is full.",
        });
      return ++count < sampleSize || !dryRun;
    },
    written: () => count,
  };
}

function statsOf({ connection }: RunState, world: World): Stats {
  const { requests, retries, waitedMs } = connection?.stats ?? {
    requests: 0,
    retries: 0,
    waitedMs: 0,
  };
  return {
    version,
    requests,
    retries,
    waitedMs: Math.round(waitedMs),
    totalMs: Math.round(world.now()),
  };
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

/** Where an unforeseen error came from, for those who maintain the connector. Never throws. */
function originOf({ kind, cause }: Fault): string | undefined {
  try {
    return kind === "unexpected" && cause instanceof Error && typeof cause.stack === "string"
      ? sourceStack(cause.stack)
      : undefined;
  } catch {
    return undefined;
  }
}
