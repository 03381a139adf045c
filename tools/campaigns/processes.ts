/**
 * `npm run campaign:processes -- --runs 500 --seed 1`: runs built bundles as processes of their own while something
 * happens to their bytes, signals or streams; then the same event again, undisturbed. Each event is one of the
 * scenarios that succeed, and the tenant is judged against the tenant after an undisturbed run. Prints a table, and
 * ends with exit code 1 when a rule was broken. `--replay CASE` runs one case and shows it.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { inAscii } from "../../lib/host/output.ts";
import { Chance } from "../../test/campaign/chance.ts";
import { startEmulator, type RunningEmulator } from "../../test/emulator/server.ts";
import type { State } from "../../test/emulator/state.ts";
import { eventFor, scenarios, stateFor, timeOfRecording } from "../../test/fixtures/scenarios.ts";
import type { Scenario } from "../../test/fixtures/scenario.ts";
import { changesBetween } from "../../test/tenantChanges.ts";
import { buildBundles } from "../build/bundles.ts";
import { counter } from "../cli/counter.ts";
import { processTerminal } from "../cli/terminal.ts";
import { standInSecret } from "../scrub/secretKeys.ts";
import { actionOf } from "../cli/replay.ts";

/** What happens to a process, and what has to follow. */
interface Trouble {
  name: string;
  /** The bytes that are sent instead of the event. */
  bytes?(event: string, chance: Chance): Buffer;
  /** How the bytes are sent; by default all at once. */
  send?(child: ChildProcess, bytes: Buffer, chance: Chance): Promise<void>;
  /** Done to the process once it has started. */
  act?(child: ChildProcess, chance: Chance): Promise<void> | void;
  /** stdout is a device that is always full. */
  isFull?: true;
  /**
   * `same`: the run ends as an undisturbed one. `refused`: exit code 2 and no change. `unread`: no exit code 0.
   * `ended`: any end within 2.5 s of the signal, and no claim that is not true.
   */
  ends: "same" | "refused" | "unread" | "ended";
}

const bomOf = (event: string): Buffer => Buffer.from(`\uFEFF${event}`);
const inPieces: Trouble["send"] = async (child, bytes, chance) => {
  for (let start = 0; start < bytes.length;) {
    const end = start + 1 + chance.below(Math.ceil(bytes.length / 8));
    child.stdin?.write(bytes.subarray(start, end));
    start = end;
    await delay(chance.below(8));
  }
  child.stdin?.end();
};

/** A process is ended at a random moment of the time that an undisturbed one takes. */
function signalled(signal: NodeJS.Signals): Trouble {
  return {
    name: signal,
    ends: "ended",
    act: async (child, chance) => {
      await delay(chance.below(900));
      child.kill(signal);
    },
  };
}

const troubles: readonly [Trouble, ...Trouble[]] = [
  { name: "a byte order mark", bytes: bomOf, ends: "same" },
  { name: "stdin in pieces", send: inPieces, ends: "same" },
  { name: "ASCII only", bytes: (event) => Buffer.from(inAscii(event)), ends: "same" },
  {
    name: "a cut event",
    bytes: (event, chance) => Buffer.from(event).subarray(0, chance.below(event.length - 1)),
    ends: "refused",
  },
  { name: "the event twice", bytes: (event) => Buffer.from(event + event), ends: "refused" },
  { name: "UTF-16", bytes: (event) => Buffer.from(event, "utf16le"), ends: "refused" },
  {
    name: "a broken character",
    bytes: (event) => Buffer.concat([Buffer.from(event.slice(0, -1)), Buffer.from([0xe9, 0x7d])]),
    ends: "refused",
  },
  signalled("SIGTERM"),
  signalled("SIGINT"),
  signalled("SIGHUP"),
  signalled("SIGKILL"),
  { name: "a closed stdout", act: (child) => void child.stdout?.destroy(), ends: "unread" },
  { name: "a full stdout", isFull: true, ends: "unread" },
  { name: "a closed stderr", act: (child) => void child.stderr?.destroy(), ends: "same" },
  {
    name: "a slow reader",
    act: async ({ stdout }) => {
      stdout?.pause();
      await delay(1_500);
      stdout?.resume();
    },
    ends: "same",
  },
  { name: "an unread stderr", act: ({ stderr }) => void stderr?.pause(), ends: "same" },
];

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Milliseconds from the trouble to the exit. */
  ms: number;
}

interface Answer {
  outputContext: { Success: boolean };
  outcome: string;
}

/** The tenant and the answer after an undisturbed run. */
interface Reference {
  changes: readonly string[];
  outcome: string;
}

const undisturbed: Trouble = { name: "nothing", ends: "same" };
const seconds = 1_000;
/** A signal is answered within two seconds; the rest is for a busy machine. */
const maxAfterSignalMs = 2.5 * seconds;
/** Scenarios that wait are left out: the time of the processes is real. */
const maxReferenceMs = 3 * seconds;

async function run(
  dist: string,
  { action, event, running }: { action: string; event: string; running: RunningEmulator },
  { bytes, send, act, isFull }: Trouble,
  chance: Chance,
): Promise<Ended> {
  const full = isFull ? openSync("/dev/full", "w") : undefined;
  let since = performance.now();
  const child = spawn(process.execPath, [path.join(dist, `${action}.mjs`)], {
    stdio: ["pipe", full ?? "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"] ?? "",
      ...running.env,
    },
  });
  if (full !== undefined) closeSync(full);
  const texts = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text));
  child.stdin?.on("error", () => undefined);
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const sent = bytes?.(event, chance) ?? Buffer.from(event);
  const sending = send ? send(child, sent, chance) : void child.stdin?.end(sent);
  const acting = Promise.resolve(act?.(child, chance)).then(() => (since = performance.now()));
  const code = await exited;
  const ms = performance.now() - since;
  child.stderr?.resume();
  await Promise.all([sending, acting, closed]);
  return { code, ...texts, ms };
}

/** What is wrong with the end of a run. */
function faultsOf(
  { ends }: Trouble,
  ended: Ended,
  reference: Reference,
  changes: readonly string[],
): string[] {
  const { code, stdout, stderr, ms } = ended;
  const answer = answerIn(stdout);
  const isSame = isDeepStrictEqual(changes, reference.changes);
  const rules: [isBroken: boolean, what: string][] = [
    [`${stdout}${stderr}`.includes(standInSecret), "a secret was written"],
    [code === 0 && !isSame, `success, and the tenant is different: ${changes.join("; ")}`],
    [code === 0 && ends === "unread", "success, and no one has the answer"],
    [answer !== undefined && code === 0 && !answer.outputContext.Success, "0 for a failure"],
    [answer?.outputContext.Success === true && !isSame, "Success, and the tenant is different"],
    [ends === "same" && code !== 0, `exit code ${code}`],
    [ends === "same" && answer?.outcome !== reference.outcome, `outcome ${answer?.outcome}`],
    [ends === "refused" && code !== 2, `exit code ${code} for an event that cannot be read`],
    [ends === "refused" && changes.length > 0, `an unreadable event changed ${changes.join("; ")}`],
    [ends === "ended" && ms > maxAfterSignalMs, `ended ${Math.round(ms)} ms after the signal`],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, what]) => what);
}

/** The answer, when the last line is whole. */
function answerIn(stdout: string): Answer | undefined {
  const last = stdout.endsWith("\n") ? stdout.trimEnd().split("\n").at(-1) : undefined;
  const line = last === undefined || last === "" ? undefined : (JSON.parse(last) as object);
  return line && "outputContext" in line ? (line as Answer) : undefined;
}

/** One tenant at a time: the state of a scenario, and what was changed since. */
class Tenant {
  #before: State;
  readonly running: RunningEmulator;
  private constructor(running: RunningEmulator, state: State) {
    this.running = running;
    this.#before = structuredClone(state);
  }
  static async of(scenario: Scenario): Promise<Tenant> {
    const state = stateFor(scenario);
    const begin = performance.now();
    const clock = (): number => Date.parse(timeOfRecording) + performance.now() - begin;
    return new Tenant(await startEmulator({ state: structuredClone(state), clock }), state);
  }
  changes(): string[] {
    return changesBetween(this.#before, this.running.emulator.state()).sort();
  }
}

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    replay: { type: "string" },
  },
});
const seed = Number(values.seed);
const isMine = (index: number): boolean =>
  values.replay === undefined || index === Number(values.replay);
const dist = mkdtempSync(path.join(tmpdir(), "processes-"));
const references = new Map<string, Promise<Reference | undefined>>();
const tally = new Map<string, { runs: number; broken: number }>();
const broken: string[] = [];

/** Undefined for a scenario that fails or waits. */
async function referenceOf(scenario: Scenario): Promise<Reference | undefined> {
  const tenant = await Tenant.of(scenario);
  const begin = performance.now();
  const ended = await run(dist, given(scenario, tenant), undisturbed, new Chance(0));
  const changes = tenant.changes();
  await tenant.running.close();
  if (ended.code !== 0 || performance.now() - begin > maxReferenceMs) return undefined;
  return { changes, outcome: answerIn(ended.stdout)?.outcome ?? "" };
}

function given(
  scenario: Scenario,
  { running }: Tenant,
): { action: string; event: string; running: RunningEmulator } {
  return { action: actionOf(scenario.name), event: JSON.stringify(eventFor(scenario)), running };
}

async function runCase(index: number): Promise<void> {
  const chance = new Chance(seed, index);
  const candidates = scenarios.filter(({ ends, faults }) => ends.endsWith("a success") && !faults);
  const trouble = chance.oneOf(troubles);
  let scenario: Scenario | undefined;
  let reference: Reference | undefined;
  while (!scenario || !reference) {
    scenario = candidates[chance.below(candidates.length)];
    if (!scenario) throw new Error("There is no scenario that succeeds.");
    const known = references.get(scenario.name) ?? referenceOf(scenario);
    references.set(scenario.name, known);
    reference = await known;
  }
  if (!isMine(index)) return;
  const tenant = await Tenant.of(scenario);
  const ended = await run(dist, given(scenario, tenant), trouble, chance);
  const faults = faultsOf(trouble, ended, reference, tenant.changes());
  const again = await run(dist, given(scenario, tenant), undisturbed, chance);
  const afterwards = tenant.changes();
  await tenant.running.close();
  if (again.code !== 0) faults.push(`the same event again ended with ${again.code}`);
  if (!isDeepStrictEqual(afterwards, reference.changes))
    faults.push(`the same event again left the tenant different: ${afterwards.join("; ")}`);
  const row = tally.get(trouble.name) ?? { runs: 0, broken: 0 };
  tally.set(trouble.name, { runs: row.runs + 1, broken: row.broken + (faults.length > 0 ? 1 : 0) });
  for (const fault of faults)
    broken.push(`case ${index}, ${scenario.name}, ${trouble.name}: ${fault}`);
  if (values.replay !== undefined) console.log(scenario.name, trouble.name, ended, again);
}

const terminal = processTerminal();
try {
  await buildBundles(dist);
  let next = 0;
  const done = counter(terminal, { what: "processes", total: Number(values.runs) });
  const lane = async (): Promise<void> => {
    while (next < Number(values.runs)) {
      await runCase(next++);
      done();
    }
  };
  await Promise.all([lane(), lane()]);
} finally {
  rmSync(dist, { recursive: true, force: true });
}
for (const [name, row] of [...tally].sort())
  terminal.line(
    `${name.padEnd(24)} ${String(row.runs).padStart(4)} runs, ${row.broken} broke a rule`,
  );
for (const line of broken) terminal.line(line);
terminal.line(`${values.runs} processes, seed ${seed}: ${broken.length} rules broken.`);
process.exitCode = broken.length === 0 ? 0 : 1;
