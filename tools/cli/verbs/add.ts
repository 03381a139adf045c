import { spawnSync } from "node:child_process";
import { Option, type Command } from "commander";
import { NotPossible } from "../../add/notPossible.ts";
import { withExamples } from "../examples.ts";
import { actionsFolder as root, isClone } from "../../session/place.ts";
import { Failure } from "../../session/failure.ts";
import { UsageError } from "../../session/usageError.ts";
import type { Terminal } from "../terminal.ts";

interface AddPermissionOptions {
  parameter: string;
  value: string[];
  afterRevoke?: string;
  dryRun: boolean;
  json: boolean;
}

/** Its template is no part of the archive. */
const maker = "../../add/permissionSet.ts";

/** `add`: starts something new in a clone, green from the start. */
export function addAdd(program: Command, terminal: Terminal): void {
  const add = program
    .command("add")
    .description("Start something new from a template, in a clone.");
  const permission = add
    .command("permission")
    .description("Add a set of permissions, each of which sets one parameter of the mailbox.")
    .argument("<name>", "the name of its folder, in lowerCamelCase, such as sendSize")
    .requiredOption("--parameter <name>", "the parameter of Set-Mailbox")
    .requiredOption("--value <values...>", "the values that can be granted")
    .addOption(
      new Option("--after-revoke <value>", "the value that a revoke sets").default(
        undefined,
        "the other truth value, or no text",
      ),
    )
    .option("--dry-run", "only list the files", false)
    .option("--json", "write JSON", false);
  withExamples(permission, [
    'add permission sendSize --parameter MaxSendSize --value "10 MB" "25 MB" --after-revoke "35 MB"',
    "add permission hidden --parameter HiddenFromAddressListsEnabled --value true --dry-run",
  ]);
  permission.action(async (name: string, options: AddPermissionOptions) => {
    if (!isClone)
      throw new UsageError(
        "There are no sources here: add works in a clone of the project, and not in the archive.",
      );
    await addPermission(name, options, terminal);
  });
}

async function addPermission(
  name: string,
  { parameter, value: values, afterRevoke, dryRun, json }: AddPermissionOptions,
  terminal: Terminal,
): Promise<void> {
  const { planPermissionSet, writePermissionSet } = (await import(
    maker
  )) as typeof import("../../add/permissionSet.ts");
  try {
    const options = { parameter, values, ...(afterRevoke !== undefined && { afterRevoke }) };
    const set = planPermissionSet(root, name, options);
    const [created, edited] = [Object.keys(set.files), set.edits.map(({ file }) => file)];
    if (!dryRun) {
      afterWriting([...created, ...edited], () => {
        writePermissionSet(root, set);
        finish(name, [...created, ...edited], terminal);
      });
    }
    if (json) {
      terminal.line(JSON.stringify({ created, edited, written: !dryRun }));
      return;
    }
    for (const file of created) terminal.line(`new      ${file}`);
    for (const file of edited) terminal.line(`changed  ${file}`);
    if (!dryRun) for (const line of nextSteps(name)) terminal.line(line);
  } catch (error) {
    throw error instanceof NotPossible ? new UsageError(error.message) : error;
  }
}

/** Does what writes files. A failure becomes one sentence that names them: they have to be removed or restored. */
export function afterWriting(files: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
    throw new Failure(
      `The set is not finished (${reason}), and these files may be written: ${files.join(", ")}.`,
    );
  }
}

/** Formats, generates and records in processes of their own: this one has loaded the lists without the set. */
function finish(name: string, files: readonly string[], terminal: Terminal): void {
  const tsx = ["--import", "tsx"];
  for (const args of [
    ["node_modules/prettier/bin/prettier.cjs", "--write", "--log-level", "warn", ...files],
    [...tsx, "tools/build/generate.ts"],
    [...tsx, "tools/cli/main.ts", "record", `permissions/${name}/`, "--update"],
  ]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: "utf8",
    });
    if (status !== 0)
      throw new Error(`node ${args.slice(0, 4).join(" ")} failed: ${mainLine(stderr || stdout)}`);
    for (const line of stdout.trim().split("\n")) terminal.note(line);
  }
}

/** The line of an output that names the error, without the code and the stack around it. */
function mainLine(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== "") ?? "";
}

function nextSteps(name: string): string[] {
  return [
    "",
    "It is green. Make it your own:",
    `  permissions/${name}/options.json       what can be granted, and how it is called`,
    `  lib/entitlements/${name}.ts            the reference, and the value after a revoke`,
    `  lib/exchange/${name}.ts                what is read and sent`,
    "  docs/helloid.md, docs/operator.md       name the set where the sets are listed",
    "  test/campaign/catalogue.ts              draw its events in the campaign",
    `Test it: npx vitest run --config test/vitest.config.ts test/permissions/${name}.test.ts`,
    `Replay its fixtures: npm run build, then npm run exo -- replay permissions/${name}`,
  ];
}
