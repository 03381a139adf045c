/** Runs create, and checks every answer against its contract. */
import { expect } from "vitest";
import { createAnswer } from "../generated/answers.ts";
import type { CreateAnswer } from "../../lib/generated/types.ts";
import action from "../../lifecycle/create.ts";
import { seedState } from "../emulator/seed.ts";
import type { Bench } from "../bench.ts";
import { asDeclared } from "../declared.ts";
import { createEventFor, type CreateChoices } from "../events.ts";
import { runInProcess, type InProcessRun } from "../inProcess.ts";

interface Run {
  answer: CreateAnswer;
  messages: string[];
  /** Milliseconds from start to exit. */
  ms: number;
}

/** Runs the built bundle as the platform does. */
export async function createAsBundle(
  on: Bench,
  choices: CreateChoices = {},
  env: Record<string, string> = {},
): Promise<Run> {
  return held(await on.run("lifecycle/create", createEventFor(on.running, choices), { env }));
}

/** The same without a process of its own. */
export async function create(
  on: Bench,
  choices: CreateChoices = {},
  env: Record<string, string> = {},
): Promise<Run> {
  return held(
    await asDeclared(action, on.emulator, () => here(on, createEventFor(on.running, choices), env)),
  );
}

/** The same for any event. */
export const here = (
  on: Bench,
  event: unknown,
  env: Record<string, string> = {},
): Promise<InProcessRun> =>
  runInProcess(action, event, { ...on.urls, ...env }, { advance: (ms) => on.emulator.advance(ms) });

/** Holds every answer against the contract. */
function held({ answer, code, ms }: { answer: unknown; code: number | null; ms: number }): Run {
  expect(createAnswer.check(answer), JSON.stringify(createAnswer.check.errors)).toBe(true);
  const checked = answer as CreateAnswer;
  expect(code).toBe(checked.outputContext.Success ? 0 : 1);
  return {
    answer: checked,
    messages: checked.outputContext.AuditLogs.map(({ Message }) => Message),
    ms,
  };
}

export const mailbox = (property: string, value: string): Record<string, unknown> => {
  const found = seedState().objects.find(
    (object) => object[property] === value && object["IsSoftDeletedByRemove"] !== true,
  );
  if (!found) throw new Error(`the seeded tenant has nothing with ${property} ${value}`);
  return found;
};
