/** Makes a fixture of a run in any tenant: recorded, scrubbed, and replayed before it is kept. */
import { existsSync } from "node:fs";
import { isRecord } from "../../lib/record.ts";
import type { Answer } from "../../lib/host/answer.ts";
import { isSecretKey, standInSecret } from "../scrub/secretKeys.ts";
import { leftovers } from "../scrub/leftovers.ts";
import { scrubbedRecording } from "../scrub/scrub.ts";
import { isClone } from "../session/place.ts";
import { fileOf, isUnordered, sorted, type Fixture } from "./recording.ts";
import { rerun, type Rerun } from "./replay.ts";
import { Tape } from "./tape.ts";
import { runHere, type Invocation, type Tenant } from "../session/tenant.ts";
import { UsageError } from "../session/usageError.ts";

/** A run, and how to make a fixture of it. */
export interface RecordedRun {
  invocation: Invocation;
  /** Throws a `UsageError` that names the place, and no value, when it cannot be kept. */
  fixture(source: string): Promise<Fixture>;
}

/** The file of a fixture that does not exist yet: the name of one, in a clone, or any other file. */
export function fixtureFile(text: string, action: string): string {
  const isName = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
  if (!text.endsWith(".json") && !(isName && isClone))
    throw new UsageError(
      `--record ${text}: expected ${isClone ? "a name such as two-fields-differ, or " : ""}a file that ends in .json.`,
    );
  const file = isName ? fileOf(`${action}/${text}`) : text;
  if (existsSync(file))
    throw new UsageError(
      `--record ${text}: ${file} exists already. Remove it, or take another name.`,
    );
  return file;
}

/** Runs an event in a tenant, and records it. */
export async function recordedRun(
  tenant: Tenant,
  action: string,
  event: Record<string, unknown>,
  onRecord: () => void,
): Promise<RecordedRun> {
  const tape = new Tape();
  const invocation = await tenant
    .overheard((send) => tape.over(send))
    .invoke(action, event, onRecord);
  return {
    invocation,
    async fixture(source) {
      const input = { data: event, traffic: inOrder(tape, action) };
      const { data, traffic } = scrubbedRecording({ ...input, data: withStandInSecret(event) });
      const recording = { event: data, traffic: [...traffic] };
      assertClean(leftovers(input, recording));
      const run = await rerun(recording, action, runHere);
      assertSame(invocation, run);
      const { answer, records } = run;
      const isImport = invocation.records.length > 0 || /import/i.test(action);
      const fixture = { source, ...recording, answer, ...(isImport && { records }) };
      assertClean(leftovers(input, fixture));
      return fixture;
    },
  };
}

function inOrder(tape: Tape, action: string): Tape["traffic"] {
  return isUnordered(action) ? sorted(tape.traffic, ({ request }) => request) : tape.traffic;
}

/** The event with a secret that opens nothing: a replay signs in with it, whatever the tenant uses. */
function withStandInSecret(event: Record<string, unknown>): Record<string, unknown> {
  const context = isRecord(event["actionContext"]) ? event["actionContext"] : {};
  const form = isRecord(context["Configuration"]) ? context["Configuration"] : {};
  return { ...event, actionContext: { ...context, Configuration: harmlessForm(form) } };
}

/** The values of the form, with a secret that opens nothing. */
export function harmlessForm(form: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(form).filter(
    ([key]) =>
      !isSecretKey(key) &&
      !/^(UseCertificate|ConnectorPath|NodePath|ServeSocket|Connection|StateFolder)$/i.test(key),
  );
  return { ...Object.fromEntries(kept), AppSecret: standInSecret, UseCertificate: false };
}

/** A stand-in must not change what the action does. */
function assertSame(real: Invocation, { problems, wasLeft, answer, code }: Rerun): void {
  const refuse = (what: string, details: readonly string[] = []): never => {
    throw new UsageError(
      `The run cannot be recorded: with stand-ins ${what}. Nothing is written. A value decides what the action ` +
        "does in a way that its stand-in does not, such as its length or its sorting.",
      ...details,
    );
  };
  const [problem] = problems;
  // Only stand-ins: the replay has seen nothing else.
  if (wasLeft || problem !== undefined) refuse("another request follows", problem?.split("\n"));
  const one = real.answer;
  const other = answer as Answer;
  if (one.outcome !== other.outcome || real.code !== code)
    refuse(`it ends as ${other.outcome}, and in the tenant it ended as ${one.outcome}`);
  const shapeOf = ({ outputContext, plan }: Answer): string =>
    JSON.stringify([
      outputContext.AuditLogs.map(({ Action, IsError }) => [Action, IsError]),
      plan.map(({ operation, sent }) => [operation, sent]),
    ]);
  if (shapeOf(one) !== shapeOf(other)) refuse("its audit lines or steps are others");
}

/** How many places are named. */
const shownPlaces = 10;

/** Throws when something of the input is still there. */
export function assertClean(found: ReturnType<typeof leftovers>): void {
  if (found.length === 0) return;
  const lines = found.slice(0, shownPlaces).map(({ place, what }) => `  ${place}: ${what}`);
  const more = found.length - lines.length;
  throw new UsageError(
    "The recording cannot be scrubbed. Nothing is written. What identifies someone would still be in:",
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
  );
}
