import { existsSync, statSync } from "node:fs";
import { checkFolder, type Checked, type CheckOptions } from "../../check/checks.ts";
import { lineOf } from "../../check/problem.ts";
import { watchFolder } from "../../check/watch.ts";
import { withExamples } from "../examples.ts";
import type { AddVerb } from "../exoConnector.ts";
import { actionsFolder } from "../../session/place.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../../session/usageError.ts";

interface Options {
  folder: string;
  domain?: string[];
  seed?: string;
  watch?: true;
  json?: true;
}

/** `check`: what is wrong in the JSON files that implementers edit. */
export const addCheck: AddVerb = (program, terminal) => {
  const verb = program
    .command("check")
    .description(
      "Check configuration.json, fieldMapping.json, permissions/*/options.json and lifecycle/leaver.json.",
    )
    .option("--folder <folder>", "the folder with the files", actionsFolder)
    .option("--domain <domains...>", "the mail domains of the tenant: others are reported")
    .option("--seed <file>", "also check a seed of the emulator")
    .option("--watch", "check again whenever a file changes, until interrupted")
    .option("--json", "one JSON document");
  withExamples(verb, ["check --domain example.com", "check --folder ../customer --watch"]);
  verb.action(async (options: Options) => {
    await check(options, terminal);
    if (options.watch) await watchFolder(options.folder, () => checkAgain(options, terminal));
  });
};

/** A file may be half saved or renamed at this moment: the watch goes on. */
async function checkAgain(options: Options, terminal: Terminal): Promise<void> {
  try {
    if (!options.json) terminal.line();
    await check(options, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    for (const line of error.lines) terminal.note(line);
  }
}

async function readable<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw new UsageError(`${error.message}.`);
    throw error;
  }
}

async function check(
  { folder, domain = [], seed, json }: Options,
  terminal: Terminal,
): Promise<void> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(`There is no folder ${folder}.`);
  if (seed !== undefined && !existsSync(seed)) throw new UsageError(`There is no file ${seed}.`);
  const options: CheckOptions = { domains: domain.flatMap((text) => text.split(",")), seed };
  const checked = await readable(checkFolder(folder, options));
  if (checked.files.length === 0)
    throw new UsageError(
      `The folder ${folder} has none of configuration.json, fieldMapping.json, permissions/*/options.json and ` +
        "lifecycle/leaver.json.",
    );
  const errors = checked.problems.filter(({ severity }) => severity === "error").length;
  terminal.exitCode = errors > 0 ? 1 : 0;
  if (json) terminal.line(JSON.stringify({ problems: checked.problems }));
  else print(checked, errors, terminal);
}

function print({ files, problems }: Checked, errors: number, terminal: Terminal): void {
  for (const problem of problems)
    terminal.line(
      terminal.styled(problem.severity === "error" ? "red" : "yellow", lineOf(problem)),
    );
  const warnings = problems.length - errors;
  const found = [
    ...(errors > 0 ? [counted(errors, "error")] : []),
    ...(warnings > 0 ? [counted(warnings, "warning")] : []),
  ];
  terminal.line(
    terminal.styled(
      errors > 0 ? "bold" : "green",
      `${counted(files.length, "file")} checked: ${found.join(", ") || "nothing is wrong"}.`,
    ),
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
