import { Fault } from "../fault.ts";
import type { AuditLog, PlanStep } from "../generated/types.ts";
import type { Deadline } from "./deadline.ts";
import type { Log } from "./output.ts";

/** One change, as a noun describes it. */
export interface Step {
  cmdlet: string;
  parameters: Readonly<Record<string, unknown>>;
  /** What the change does, in the imperative, without a full stop: it becomes the audit line. */
  sentence: string;
  /** The values before, by property. */
  before: Readonly<Record<string, unknown>>;
  /** By what was read it changes nothing. It is sent all the same, because reads may lag behind writes. */
  isInPlace?: boolean;
  /** The service does not say when it changed nothing: what was read decides. */
  isSilent?: boolean;
  /** The audit action, where the verb has more than one. */
  auditAction?: AuditLog["Action"];
  /** Where it stands among steps that are taken side by side; those of one rank stand as they were taken. */
  rank?: number;
  /** Called when it failed: looks whether it is in place all the same. Gives what became of it, or throws the fault that is to be told. */
  recover?(fault: Fault): Promise<StepResult>;
}

/** `planned`: a dry run. `alreadySo`: the service says, or in a dry run what was read says, that it changes nothing. */
export type StepResult = "planned" | "done" | "alreadySo";

/** What the service said beside its answer. `kind` is set for what the connection understands. */
export interface Notice {
  kind?: string | undefined;
  text: string;
}

/** The host's side of the connection to the target system; lib/connector.ts makes one. */
export interface Connection {
  invoke(step: Pick<Step, "cmdlet" | "parameters">): Promise<{ notices: Notice[] }>;
  readonly stats: {
    readonly requests: number;
    readonly retries: number;
    readonly waitedMs: number;
  };
  close(): void;
}

/** Something to be read. Made by a noun, which alone knows what a connection looks like. */
export type Query<T> = (connection: never) => Promise<T>;

/** The same for what comes piece by piece. */
export type StreamQuery<T> = (connection: never) => AsyncIterable<T>;

/** The ways from an action to the target system: two that read, and the one that writes. */
export interface Gate {
  read<T>(query: Query<T>): Promise<T>;
  stream<T>(query: StreamQuery<T>): AsyncIterable<T>;
  /** Resolves to what became of the change; rejects with the fault when it failed, or when it is not known whether it was applied. */
  change(step: Step): Promise<StepResult>;
}

/** A step with what became of it. */
export interface StepRecord {
  step: PlanStep;
  rank?: number | undefined;
  auditAction?: AuditLog["Action"];
  /** `unknown`: it was sent, and no answer told whether it was applied. */
  result: StepResult | "unknown" | "failed";
  /** What came instead of an answer. */
  fault?: Fault;
}

/**
 * The gate every read and every change passes. It alone can send a change, so that a dry run sends none, the plan of a
 * dry run is the plan of the run, and an audit line is made from the step that was taken.
 */
export function openGate({
  connection,
  dryRun,
  deadline,
  log,
}: {
  connection: Connection;
  dryRun: boolean;
  deadline: Deadline;
  log: Log;
}): Gate & { taken: StepRecord[] } {
  const taken: StepRecord[] = [];
  // An action that outlives its run must do nothing behind the answer.
  const refuseBehindAnswer = (): void => {
    if (deadline.signal.aborted) throw Fault.of(deadline.signal.reason);
  };
  return {
    taken,
    async read(query) {
      refuseBehindAnswer();
      // Only connector.ts pairs actions with a connection, and it pairs them with the one the nouns know.
      return await query(connection as never);
    },
    async *stream(query) {
      refuseBehindAnswer();
      for await (const piece of query(connection as never)) {
        refuseBehindAnswer();
        yield piece;
      }
    },
    async change({
      cmdlet,
      parameters,
      sentence,
      before,
      isInPlace = false,
      isSilent = false,
      auditAction,
      rank,
      recover,
    }) {
      refuseBehindAnswer();
      const asRead = isInPlace ? "alreadySo" : "planned";
      const entry: StepRecord = {
        step: {
          cmdlet,
          parameters: structuredClone(parameters),
          sentence,
          before: structuredClone(before),
          sent: false,
        },
        rank,
        auditAction,
        result: asRead,
      };
      taken.push(entry);
      if (dryRun) return asRead;
      entry.step.sent = true;
      entry.result = "unknown";
      try {
        const { notices } = await connection.invoke({ cmdlet, parameters });
        for (const notice of notices) if (notice.kind === undefined) log("warning", notice.text);
        const isSo = notices.some(({ kind }) => kind === "alreadySo") || (isInPlace && isSilent);
        return (entry.result = isSo ? "alreadySo" : "done");
      } catch (thrown) {
        // What broke off together with the run says nothing of the change.
        refuseBehindAnswer();
        let fault = Fault.of(thrown);
        // Every verb takes a change that is in place already for done.
        if (fault.kind === "already") return (entry.result = "alreadySo");
        try {
          if (recover) return (entry.result = await recover(fault));
        } catch (found) {
          refuseBehindAnswer();
          fault = Fault.of(found);
        }
        if (isRefusal(fault)) entry.result = "failed";
        entry.fault = fault;
        throw fault;
      }
    },
  };
}

/** Only a refusal says that nothing was done. */
export function isRefusal({ kind }: Fault): boolean {
  return kind !== "unavailable" && kind !== "unexpected";
}

/** Tries every one of these, whatever becomes of the others, and gives what went wrong. */
export async function faultsOf(attempts: readonly (() => Promise<unknown>)[]): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (thrown) {
      faults.push(Fault.of(thrown));
    }
  }
  return faults;
}
