import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import type { Targets } from "../lib/connector.ts";
import { expect, inject } from "vitest";
import type { Contract } from "../lib/host/schemaContract.ts";
import type { Action, AnyEvent } from "../lib/host/action.ts";
import type { AuditLog, Outcome, PlanStep, Stats } from "../lib/generated/types.ts";
import { runBundle, type BundleOptions, type BundleRun } from "../tools/cli/run.ts";
import { isUnordered, sorted } from "../tools/cli/recording.ts";
import { actionIn, asDeclared, callsTo } from "./declared.ts";
import { seedState } from "./emulator/seed.ts";
import { startEmulator, type RunningEmulator, type ServerOptions } from "./emulator/server.ts";
import type { DirectoryObject } from "./emulator/state.ts";
import { runInProcess } from "./inProcess.ts";

/** What every answer has, whatever its verb. */
export interface AnyAnswer {
  outputContext: {
    Success: boolean;
    AuditLogs: AuditLog[];
    Data?: Record<string, unknown>;
    PreviousData?: Record<string, unknown>;
  };
  outcome: Outcome;
  plan: PlanStep[];
  stats: Stats;
}

export interface Run<Answer> {
  answer: Answer;
  messages: string[];
  /** The record lines, of an import. */
  records: unknown[];
  code: number | null;
  /** The log, as it was written. */
  stderr: string;
  /** Milliseconds from start to exit. */
  ms: number;
}

export interface Write {
  operation: string;
  parameters: Record<string, unknown>;
}

/** An emulated tenant with what a test asks of it. */
export class Bench {
  readonly running: RunningEmulator;

  constructor(running: RunningEmulator) {
    this.running = running;
  }

  static async open(options?: ServerOptions): Promise<Bench> {
    return new Bench(await startEmulator(options));
  }

  get emulator(): RunningEmulator["emulator"] {
    return this.running.emulator;
  }

  get urls(): Record<string, string> {
    return this.running.env;
  }

  close(): Promise<void> {
    return this.running.close();
  }

  /** Runs a bundle as the platform does: a process of its own, and nothing sent that its action does not declare. */
  async run(
    name: string,
    event: unknown,
    { dist = inject("dist"), env = {}, ...options }: BundleOptions = {},
  ): Promise<BundleRun> {
    return await asDeclared(await actionIn(name), this.emulator, () =>
      runBundle(name, event, { dist, env: { ...this.urls, ...env }, ...options }),
    );
  }

  /** The tenant as it is seeded, or with a change to its objects, and nothing seen yet. */
  reset(change?: (object: DirectoryObject) => void): void {
    const state = seedState();
    if (change) state.objects.forEach(change);
    this.emulator.replaceState(state);
    this.emulator.setFaults([]);
    this.emulator.clearJournal();
  }

  /** Every cmdlet that was called, in order. */
  cmdlets(): (string | undefined)[] {
    return this.emulator
      .journal()
      .flatMap(({ side, cmdlet }) => (side === "exchange" ? [cmdlet] : []));
  }

  /** Every call that was no read, in a batch or by itself, as a plan would show it. */
  writes(): Write[] {
    return callsTo(this.emulator)
      .filter(({ operation }) => !/^(Get-|GET |$)/.test(operation))
      .map(({ operation, parameters }) => ({
        operation,
        parameters: plain(parameters) as Record<string, unknown>,
      }));
  }

  /** What is stored now: a copy, because the emulator works on its own. */
  stored(guid: string): DirectoryObject {
    return structuredClone(this.emulator.state().objects.find(({ Guid }) => Guid === guid) ?? {});
  }
}

/** The seeded tenant, to look something up. It takes long to make, and tests look up thousands of names. */
const seeded = seedState();

/** The Guid of a seeded object. Of several with one name, the first that is not deleted. */
export function guidOf(displayName: string): string {
  const named = seeded.objects.filter(
    ({ DisplayName, Name }) => (DisplayName === "" ? Name : DisplayName) === displayName,
  );
  const found =
    named.find(({ IsSoftDeletedByRemove }) => IsSoftDeletedByRemove !== true) ?? named[0];
  if (!found) throw new Error(`the seeded tenant has nothing called ${displayName}`);
  return String(found["Guid"]);
}

/** How messages name a seeded mailbox. */
export function shown(displayName: string, address: string): string {
  return `"${displayName}" <${address}> (${guidOf(displayName)})`;
}

/** What a message has to be: a whole sentence, or what matches a pattern. */
export const sentence = (expected: string | RegExp): unknown =>
  typeof expected === "string" ? expected : expect.stringMatching(expected);

/** Without what only the protocol needs, with times as they are sent, and with one mask for secrets. */
function plain(value: unknown): unknown {
  if (value === "[secret]") return "(secret)";
  if (typeof value === "string")
    return value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.000Z$/, "$1");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.includes("@odata.type"))
      .map(([key, member]) => [key, plain(member)]),
  );
}

export function sentOf(plan: readonly PlanStep[]): Write[] {
  return plan
    .filter(({ sent }) => sent)
    .map(({ operation, parameters }) => ({
      operation,
      parameters: plain(parameters) as Record<string, unknown>,
    }));
}

/**
 * The two ways to run an action. Every answer is checked against its contract, and its plan against
 * what the tenant received.
 */
export interface Runner<Answer> {
  /** As the platform does: the built bundle, in a process of its own. */
  asBundle(
    bench: Bench,
    event: unknown,
    options?: Pick<BundleOptions, "env" | "started">,
  ): Promise<Run<Answer>>;
  /** Without a process of its own, for long tables of cases. */
  here(bench: Bench, event: unknown, env?: Record<string, string>): Promise<Run<Answer>>;
  /** Without a process of its own, and killed as soon as `isTime`. */
  killedHere(bench: Bench, event: unknown, isTime: () => boolean): Promise<void>;
}

export function runnerOf<Event extends AnyEvent, Answer extends AnyAnswer>(
  name: string,
  action: Action<Event, Targets>,
  contract: Contract<Answer>,
  /** What is sent side by side arrives in any order. */
  options: { isUnordered: boolean } = { isUnordered: isUnordered(name) },
): Runner<Answer> {
  const inOrder = (writes: Write[]): Write[] => (options.isUnordered ? sorted(writes) : writes);
  async function held(
    bench: Bench,
    run: () => Promise<{
      answer: unknown;
      code: number | null;
      stdout: string;
      stderr: string;
      ms?: number;
    }>,
  ): Promise<Run<Answer>> {
    const before = bench.writes().length;
    const { answer, code, stdout, stderr, ms = 0 } = await run();
    expect(
      contract.check(answer),
      `${JSON.stringify(contract.check.errors)} in ${JSON.stringify(answer)}`,
    ).toBe(true);
    const checked = answer as Answer;
    const { Success, AuditLogs, Data, PreviousData } = checked.outputContext;
    expect(Success ? [0] : [1, 2]).toContain(code);
    // A success has no error in its audit log, and a failure has at least one.
    expect(AuditLogs.some(({ IsError }) => IsError)).toBe(!Success);
    if (PreviousData) expect(Object.keys(PreviousData)).toEqual(Object.keys(Data ?? {}));
    // An object that no longer exists is reported once, not for each step.
    for (const { sentence } of Success && checked.outcome === "gone" ? [] : checked.plan)
      expect(AuditLogs.filter(({ Message }) => Message.startsWith(`${sentence}: `))).toHaveLength(
        checked.plan.filter((step) => step.sentence === sentence).length,
      );
    if (bench.emulator.faults().length === 0)
      expect(inOrder(bench.writes().slice(before))).toEqual(inOrder(sentOf(checked.plan)));
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return {
      answer: checked,
      messages: AuditLogs.map(({ Message }) => Message),
      records: lines.slice(0, -1).map(({ record }) => record),
      code,
      stderr,
      ms,
    };
  }
  return {
    asBundle: (bench, event, options = {}) => held(bench, () => bench.run(name, event, options)),
    here: (bench, event, env = {}) =>
      held(bench, () =>
        asDeclared(action, bench.emulator, () =>
          runInProcess(
            action,
            event,
            { ...bench.urls, ...env },
            { advance: (ms) => bench.emulator.advance(ms) },
          ),
        ),
      ),
    killedHere: async (bench, event, isTime) => {
      let kill: (() => void) | undefined;
      const started = (end: () => void): void => void (kill = end);
      const running = runInProcess(action, event, bench.urls, { started });
      while (!isTime()) await delay(1);
      kill?.();
      await running;
      // What was on its way arrives.
      for (let turns = 0; turns < 50; turns++) await turn();
    },
  };
}
