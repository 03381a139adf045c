/** `exo-connector`: the command line for implementers, testers and operators. One file in `verbs` each. */
import { Command, CommanderError } from "commander";
import { isRecord } from "../../lib/record.ts";
import { version } from "../../lib/generated/version.ts";
import type { Terminal } from "./terminal.ts";
import { Failure } from "../session/failure.ts";
import { UsageError } from "../session/usageError.ts";
import { addAgent } from "./verbs/agent.ts";
import { addAgentFront } from "./verbs/agentFront.ts";
import { addAdd } from "./verbs/add.ts";
import { addDemo } from "./verbs/demo.ts";
import { addDoctor } from "./verbs/doctor.ts";
import { addEmulator } from "./verbs/emulator.ts";
import { addLink } from "./verbs/link.ts";
import { addPlan } from "./verbs/plan.ts";
import { addQueue } from "./verbs/queue.ts";
import { addReach } from "./verbs/reach.ts";
import { addRecord } from "./verbs/record.ts";
import { addReplay } from "./verbs/replay.ts";
import { addRun } from "./verbs/run.ts";
import { addSeed } from "./verbs/seed.ts";
import { addServe } from "./verbs/serve.ts";
import { addTenant } from "./verbs/tenant.ts";
import { addUndo } from "./verbs/undo.ts";
import { addWorker } from "./verbs/worker.ts";
import { addCertificate } from "./verbs/certificate.ts";
import { addCheck } from "./verbs/check.ts";

/** Adds a verb to the program. */
export type AddVerb = (program: Command, terminal: Terminal) => void;

const verbs: readonly AddVerb[] = [
  addAdd,
  addAgent,
  addAgentFront,
  addCertificate,
  addCheck,
  addDemo,
  addDoctor,
  addEmulator,
  addLink,
  addPlan,
  addQueue,
  addReach,
  addRecord,
  addReplay,
  addRun,
  addSeed,
  addServe,
  addTenant,
  addUndo,
  addWorker,
];

/** Carries out a command line, without the names of the program; the result is the exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    await programFor(terminal).parseAsync(args, { from: "user" });
    return terminal.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof UsageError || error instanceof Failure)) throw error;
    const lines = error instanceof UsageError ? error.lines : [error.message];
    for (const line of lines) terminal.note(terminal.styled("red", line));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** The program with its verbs, as commander knows them. */
export function programFor(terminal: Terminal): Command {
  const program = new Command("exo-connector")
    .description("Checks, previews, runs and explains the Exchange Online connector.")
    .version(version, "--version", "Show the version of the connector.")
    .helpOption("--help", "Show this text.")
    .helpCommand(false)
    // What follows `emulator show` belongs to show, not to emulator.
    .enablePositionalOptions()
    .showHelpAfterError("Use --help to see what is possible.")
    .configureOutput({
      writeOut: (text) =>
        text
          .trimEnd()
          .split("\n")
          .forEach((line) => terminal.line(line)),
      writeErr: (text) =>
        text
          .trimEnd()
          .split("\n")
          .forEach((line) => terminal.note(line)),
    })
    .exitOverride()
    .addHelpText(
      "after",
      "\nExit code 0: fine. 1: something was found, or failed. 2: the command was used wrongly.",
    );
  for (const addVerb of verbs) addVerb(program, terminal);
  program.hook("preAction", (_program, verb) => refuseEmpty(verb));
  return program;
}

/** An empty value is a variable of a script that was not set: it names nothing, and must not mean everything. */
function refuseEmpty(verb: Command): void {
  const values: unknown = verb.opts();
  for (const option of verb.options)
    if (isRecord(values) && isEmpty(values[option.attributeName()]))
      throw new UsageError(`${option.flags} has an empty value; expected ${option.description}.`);
  for (const [index, argument] of verb.registeredArguments.entries())
    if (isEmpty(verb.processedArgs[index]))
      throw new UsageError(`<${argument.name()}> is empty; expected ${argument.description}.`);
}

function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.includes(""));
}
