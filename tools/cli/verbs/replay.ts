import { existsSync } from "node:fs";
import type { Command } from "commander";
import { nearestName } from "../../../lib/nearestName.ts";
import { withExamples } from "../examples.ts";
import { assertWritable, writeFile } from "../../session/files.ts";
import { assertBuilt, bundlesFolder } from "../../session/place.ts";
import {
  fileOf,
  fixtures,
  isAmong,
  namesOfFixtures,
  readFixture,
  type Fixture,
} from "../recording.ts";
import { actionOf, asBundleIn, replay } from "../replay.ts";
import { reportOf, type ReplayedFixture } from "../replayReport.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../../session/usageError.ts";

interface ReplayOptions {
  dist: string;
  report?: string;
  json?: true;
}

/** `replay`: runs the events of fixtures against their recorded traffic. */
export function addReplay(program: Command, terminal: Terminal): void {
  const verb = program
    .command("replay")
    .description("Run the events of fixtures against nothing but their recorded traffic.")
    .argument("[names...]", "those with this in their name; without names: all")
    .option("--dist <folder>", "the built bundles", bundlesFolder)
    .option("--report <file>", "write every fixture with its steps as one page")
    .option("--json", "one JSON document");
  withExamples(verb, ["replay lifecycle/update", "replay --report replay.html"]);
  verb.action(async (typed: string[], options: ReplayOptions) => {
    const names = namesAmong(typed);
    assertBuilt(options.dist);
    assertWritable(options.report);
    const results: ReplayedFixture[] = [];
    for (const [index, name] of names.entries()) {
      terminal.progress(`${index + 1} of ${names.length}: ${name}`);
      const result = await replayed(name, options.dist);
      results.push(result);
      if (!options.json) showResult(result, terminal);
    }
    const failed = results.filter(({ problems }) => problems.length > 0).length;
    terminal.exitCode = failed === 0 ? 0 : 1;
    if (options.report !== undefined) writeFile(options.report, reportOf(results));
    if (options.json)
      terminal.line(
        JSON.stringify(results.map(({ name, problems, ms }) => ({ name, problems, ms }))),
      );
    else terminal.line(`${results.length} replayed (${kindsOf(results)}), ${failed} failed.`);
  });
}

function namesAmong(typed: readonly string[]): string[] {
  if (!existsSync(fixtures))
    throw new UsageError("There are no fixtures here: replay works in a clone.");
  const all = namesOfFixtures();
  const file = typed.find((text) => text.endsWith(".json"));
  if (file !== undefined)
    throw new UsageError(
      `${file} is a file; expected a part of the name of a fixture. \`run --record NAME\` makes one that replay finds.`,
    );
  for (const text of typed)
    if (!all.some((name) => isAmong(name, [text]))) {
      const nearest = nearestName(text, [
        ...all,
        ...all.map((name) => name.split("/").at(-1) ?? ""),
      ]);
      const hint = nearest === undefined ? "" : ` The nearest is ${nearest}.`;
      throw new UsageError(`No fixture has ${text} in its name.${hint}`);
    }
  return all.filter((name) => typed.length === 0 || isAmong(name, typed));
}

async function replayed(name: string, dist: string): Promise<ReplayedFixture> {
  let fixture: Fixture | undefined;
  try {
    fixture = readFixture(fileOf(name));
    const { problems, ms } = await replay(fileOf(name), actionOf(name), asBundleIn(dist));
    return { name, fixture, problems, ms };
  } catch (error) {
    const problems = [error instanceof Error ? error.message : String(error)];
    return { name, ...(fixture && { fixture }), problems, ms: 0 };
  }
}

function showResult({ name, problems, ms }: ReplayedFixture, terminal: Terminal): void {
  const verdict =
    problems.length === 0 ? terminal.styled("green", "holds") : terminal.styled("red", "FAILS");
  terminal.line(`${verdict}  ${name} (${Math.round(ms)} ms)`);
  for (const line of problems.flatMap((problem) => problem.split("\n"))) terminal.line(line);
}

/** Counted separately: the answers of a tenant are evidence, those of a page or the emulator are not yet. */
function kindsOf(results: readonly ReplayedFixture[]): string {
  const counts = new Map<string, number>();
  for (const { fixture } of results) {
    const kind = fixture?.source.split(":", 1).join("") ?? "unreadable";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind}: ${count}`).join(", ");
}
