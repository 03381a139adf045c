/** Runs a case by its name: a scenario of the fixtures, or one of behaviourCases.ts. */
import * as answers from "./generated/answers.ts";
import type { Contract } from "../lib/host/schemaContract.ts";
import { standInSecret } from "../tools/scrub/secretKeys.ts";
import { behaviourCases, type Case } from "./behaviourCases.ts";
import { runnerOf, type AnyAnswer, type Bench, type Run } from "./bench.ts";
import { actionIn } from "./declared.ts";
import type { State } from "./emulator/state.ts";
import { eventFor, scenarios, stateFor, timeOfRecording } from "./fixtures/scenarios.ts";

export const cases: readonly Case[] = [...scenarios, ...behaviourCases];

/** What became of a case, and the tenant before it. The bench has the time of the recordings. */
export async function runCase<Answer extends AnyAnswer>(
  bench: Bench,
  name: string,
): Promise<{ run: Run<Answer>; before: State }> {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`No scenario is called ${name}.`);
  const before = stateWithSecret(found);
  bench.emulator.replaceState(stateWithSecret(found));
  bench.emulator.setFaults(found.faults ?? []);
  bench.emulator.clearJournal();
  // The runs before it moved the clock on.
  bench.emulator.advance(Date.parse(timeOfRecording) - bench.emulator.now());
  const runner = runnerFor<Answer>(await actionIn(actionOf(name)), name);
  return { run: await runner.here(bench, eventOf(found)), before };
}

/** The secret of a scenario's event is one that the emulated application has. */
function stateWithSecret(one: Case): State {
  const state = stateFor(one);
  for (const app of state.apps) app.secrets = [{ value: standInSecret }];
  return state;
}

function eventOf(one: Case): unknown {
  const event = eventFor(one) as { actionContext: Record<string, unknown> };
  one.edit?.(event.actionContext);
  return event;
}

export function actionOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}

function runnerFor<Answer extends AnyAnswer>(
  action: Awaited<ReturnType<typeof actionIn>>,
  name: string,
): ReturnType<typeof runnerOf<never, Answer>> {
  const verb = name.startsWith("resources/") ? "resources" : actionOf(name).split("/").at(-1);
  const contracts = answers as unknown as Record<string, Contract<Answer> | undefined>;
  const contract = contracts[`${verb ?? ""}Answer`];
  if (!contract) throw new Error(`There is no contract for the answer of ${name}.`);
  return runnerOf(actionOf(name), action, contract);
}

/** The cells of a line of a table. */
export function cellsOf(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
