import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { isClone } from "../../session/place.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../../session/usageError.ts";

interface RecordVerbOptions {
  all: boolean;
  event?: string;
  as?: string;
  seed?: string;
  faults?: string;
  update: boolean;
  check: boolean;
  json?: true;
}

/** The recorder builds bundles from their sources: no part of the archive. */
const recorder = "../record.ts";

/** `record`: makes fixtures, or compares them with what the emulator does now. */
export function addRecord(program: Command, terminal: Terminal): void {
  const record = program
    .command("record")
    .description(
      "Record fixtures against the emulator. Without --update they are only compared. For a run in a tenant: " +
        "run --record.",
    )
    .argument("[names...]", "scenarios and fixtures with this in their name")
    .option("--all", "every scenario, and every fixture of the emulator that has none", false)
    .option("--event <file>", "a new fixture from this event")
    .option(
      "--as <room/action/what-happens>",
      "with --event: its name; the first parts name the bundle",
    )
    .option("--seed <file>", "with --event: the tenant to start from")
    .option("--faults <file>", "with --event: the faults on the way")
    .option("--update", "write what was recorded", false)
    .option("--check", "only compare, and exit with 1 when something differs (the default)", false)
    .option("--json", "one JSON document");
  withExamples(record, [
    "record --event local/event.json --as lifecycle/update/two-fields-differ",
    "record --all --check",
  ]);
  record.action(async (names: string[], { check, update, json, ...options }: RecordVerbOptions) => {
    if (!isClone) throw new UsageError("There are no sources here: record works in a clone.");
    if (check && update) throw new UsageError("Only one of --check and --update can be given.");
    if (!options.all && options.event === undefined && names.length === 0)
      throw new UsageError("Expected names, --all or --event <file>.");
    const { recordFixtures } = (await import(recorder)) as typeof import("../record.ts");
    const lines: string[] = [];
    const isDone = await recordFixtures(
      { names, update, ...options },
      {
        line: (text) => {
          lines.push(text);
          if (!json) text.split("\n").forEach((line) => terminal.line(line));
        },
        progress: (text) => terminal.progress(text),
      },
    );
    if (json) terminal.line(JSON.stringify({ isDone, lines }));
    terminal.exitCode = isDone ? 0 : 1;
  });
}
