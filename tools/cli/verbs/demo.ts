import { once } from "node:events";
import type { Command } from "commander";
import type { Targets } from "../../../lib/connector.ts";
import type { Action, AnyEvent } from "../../../lib/host/action.ts";
import type { Answer } from "../../../lib/host/answer.ts";
import { seedState } from "../../../test/emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../../../test/emulator/server.ts";
import type { State } from "../../../test/emulator/state.ts";
import { entraSeats, entraStory, type LaterChapter } from "../demoEntra.ts";
import { story, type Chapter, type Tenant } from "../demoEvents.ts";
import { startDemoDirectory } from "../demoHybrid.ts";
import { leaverStage } from "../demoLeaver.ts";
import { demoWorkerState, playWorker } from "../demoWorker.ts";
import { differencesOf, linesOf } from "../../session/differences.ts";
import { withExamples } from "../examples.ts";
import { faultsShown } from "../faultsShown.ts";
import { assertBuilt, bundlesFolder } from "../../session/place.ts";
import { auditLine, showDifferences } from "../report.ts";
import { runBundle, withoutAnswer, type BundleRun } from "../run.ts";
import { runAction } from "../../session/tenant.ts";
import { UsageError } from "../../session/usageError.ts";
import type { Terminal } from "../terminal.ts";

interface DemoOptions {
  dist: string;
  keep?: true;
  verbose?: true;
  json?: true;
}

/** A chapter that was played. */
interface Played extends Chapter {
  run: BundleRun;
}

/** What is there before a story begins, in addition to the emulated tenant. */
interface Stage {
  chapters(tenant: Tenant): (Chapter | LaterChapter)[];
  /** Actions that are not those of the bundles: they run in this process. */
  actions?: Readonly<Record<string, Action<AnyEvent, Targets>>>;
  /** Many objects are changed: each step is shown as a sentence, and not by its values. */
  showsSentences?: boolean;
  /** What there is to say at the end, one line each. */
  afterwards?(emulator: RunningEmulator): string[];
  /** The requests to another system than the tenant, since the last call. */
  takeRequests?(): string[];
  close?(): Promise<void>;
}

/** The stories by their names, each for one system. `state`: the tenant, before it is emulated. */
const stories: Readonly<Record<string, (state: State) => Stage | Promise<Stage>>> = {
  exchange: () => ({ chapters: story }),
  entra(state) {
    (state.entra ??= {}).subscribedSkus = [...entraSeats];
    return { chapters: entraStory };
  },
  hybrid: () => startDemoDirectory(),
  leaver: leaverStage,
};

/** The story that is about many people at once, and not about one of them. */
const workerStory = "worker";

/** `demo`: one person joins, moves, leaves and comes back, through the built bundles and an emulated tenant. */
export function addDemo(program: Command, terminal: Terminal): void {
  const demo = program
    .command("demo")
    .description(
      "Play a story through the built bundles: a person joins, moves, leaves and comes back. worker: a thousand " +
        "people move through a queue and its worker.",
    )
    .argument("[story]", `the system: ${storyNames.join(", ")}`, "exchange")
    .option("--dist <folder>", "the built bundles", bundlesFolder)
    .option("--verbose", "show requests, audit lines and answers")
    .option("--keep", "keep the emulated tenant afterwards, until interrupted")
    .option("--json", "the answers as one JSON document");
  withExamples(demo, ["demo entra", "demo worker --json"]);
  demo.action(async (name: string, options: DemoOptions) => {
    if (name === workerStory) {
      await faultsShown(() => demoWorker(options, terminal));
      return;
    }
    const prepare = storyNamed(name);
    assertBuilt(options.dist);
    const state = seedState();
    const stage = await prepare(state);
    const emulator = await startEmulator({ state });
    emulator.emulator.remember();
    try {
      await play(stage, emulator, { ...options, terminal });
      if (options.keep) await stay(emulator, terminal);
    } finally {
      await emulator.close();
      await stage.close?.();
    }
  });
}

const storyNames = [...Object.keys(stories), workerStory];

async function demoWorker({ verbose, keep, json }: DemoOptions, terminal: Terminal): Promise<void> {
  const emulator = await startEmulator({ state: demoWorkerState() });
  try {
    const told = await playWorker(emulator, {
      terminal,
      verbose: verbose === true,
      json: json === true,
    });
    if (json) terminal.line(JSON.stringify(told));
    else
      terminal.line(
        terminal.styled("green", "All of it worked. Nothing was written outside the emulator."),
      );
    if (keep) await stay(emulator, terminal);
  } finally {
    await emulator.close();
  }
}

function storyNamed(name: string): (state: State) => Stage | Promise<Stage> {
  const found = Object.hasOwn(stories, name) ? stories[name] : undefined;
  if (found) return found;
  throw new UsageError(`<story> is ${name}; expected ${storyNames.join(", ")}.`);
}

async function play(
  stage: Stage,
  emulator: RunningEmulator,
  { dist, verbose, json, terminal }: DemoOptions & { terminal: Terminal },
): Promise<void> {
  const { env } = emulator;
  const { tenant, objects } = emulator.emulator.state();
  if (!json)
    terminal.line(
      `${tenant.displayName}: ${objects.length} directory objects, at ${emulator.exchangeUrl}`,
    );
  const played: Played[] = [];
  let reference = "";
  for (const chapter of stage.chapters(emulator)) {
    emulator.emulator.clearJournal();
    const event = "event" in chapter ? chapter.event : chapter.eventFor(reference);
    const { title, action } = chapter;
    const own = stage.actions?.[action];
    const run = own
      ? await runAction(own, event, env)
      : await runBundle(action, event, { dist, env });
    played.push({ title, action, event, run });
    reference = referenceIn(run.answer) ?? reference;
    const requests = [...requestsOf(emulator), ...(stage.takeRequests?.() ?? [])];
    const { showsSentences = false } = stage;
    if (!json)
      showChapter(played, { requests, verbose: verbose === true, showsSentences, terminal });
  }
  const failures = played.filter(({ run }) => run.code !== 0).length;
  terminal.exitCode = failures === 0 ? 0 : 1;
  if (json) {
    terminal.line(JSON.stringify(played.map(documentOf)));
    return;
  }
  showTable(played, terminal);
  for (const line of stage.afterwards?.(emulator) ?? []) terminal.line(line);
  terminal.line(
    failures === 0
      ? terminal.styled("green", "All of it worked. Nothing was written outside the emulator.")
      : terminal.styled("red", `${failures} of these events did not succeed.`),
  );
}

/** The reference that create answered with: the platform passes it to every later event. */
function referenceIn(answer: unknown): string | undefined {
  const reference = isAnswer(answer) ? answer.outputContext["AccountReference"] : undefined;
  return typeof reference === "string" ? reference : undefined;
}

/** A chapter as JSON: its answer, or why there is none. */
function documentOf({ title, run }: Played): object {
  return isAnswer(run.answer)
    ? { title, answer: run.answer }
    : { title, error: withoutAnswer(run) };
}

function showChapter(
  played: readonly Played[],
  {
    requests,
    verbose,
    showsSentences,
    terminal,
  }: { requests: string[]; verbose: boolean; showsSentences: boolean; terminal: Terminal },
): void {
  const last = played.at(-1);
  if (!last) return;
  const { title, action, event, run } = last;
  terminal.line();
  terminal.line(terminal.styled("bold", `${played.length}. ${title}`));
  if (verbose) {
    const mode = event.actionContext.DryRun ? "dry run" : "for real";
    const size = JSON.stringify(event).length;
    terminal.line(`   event    dist/${action}.mjs, ${mode}, ${size} bytes on stdin`);
    for (const request of requests) terminal.line(terminal.styled("dim", `   request  ${request}`));
  }
  if (!isAnswer(run.answer)) {
    terminal.line(terminal.styled("red", `   error    ${withoutAnswer(run)}`));
    return;
  }
  const { outputContext, plan, outcome, stats } = run.answer;
  for (const log of outputContext.AuditLogs)
    if (verbose || log.IsError || plan.length === 0)
      terminal.line(`   ${auditLine(log, terminal)}`);
  if (showsSentences) for (const { sentence } of plan) terminal.line(`   ${inNames(sentence)}`);
  else showDifferences(plan, terminal, "   ");
  if (verbose)
    terminal.line(
      `   answer   outcome ${outcome}, exit code ${run.code}, ${stats.requests} requests, ${Math.round(run.ms)} ms`,
    );
}

/** Without the addresses and GUIDs behind the names. */
function inNames(sentence: string): string {
  return sentence.replaceAll(/(?<=") <[^>]+> \([0-9a-f-]{36}\)/g, "");
}

function requestsOf({ emulator }: RunningEmulator): string[] {
  return emulator
    .journal()
    .map(({ side, cmdlet, operation, parameters = {}, status }) =>
      side === "login"
        ? `token for ${String(parameters["scope"])} -> ${status}`
        : `${cmdlet ?? operation} ${JSON.stringify(parameters)} -> ${status}`,
    );
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "outputContext" in value;
}

const columns = [4, 54, 12, 10, 10] as const;

function showTable(played: readonly Played[], terminal: Terminal): void {
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(columns[index] ?? 0))
      .join("")
      .trimEnd();
  terminal.line();
  terminal.line(terminal.styled("bold", row(["", "Action", "Outcome", "Requests", "Changes"])));
  for (const [index, { action, run }] of played.entries()) {
    const answer = isAnswer(run.answer) ? run.answer : undefined;
    const changes = answer?.plan.flatMap(differencesOf).flatMap(linesOf).length;
    const cells = [answer?.outcome, answer?.stats.requests, changes].map((cell) =>
      String(cell ?? "-"),
    );
    const line = row([String(index + 1), action, ...cells]);
    terminal.line(run.code === 0 ? line : terminal.styled("red", line));
  }
}

async function stay({ exchangeUrl, loginUrl }: RunningEmulator, terminal: Terminal): Promise<void> {
  terminal.line();
  terminal.line(
    `The tenant is kept: ${exchangeUrl}/ (sign-in at ${loginUrl}). Stop it with Ctrl+C.`,
  );
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
