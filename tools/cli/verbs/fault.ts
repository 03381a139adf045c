import type { Command } from "commander";
import { nearestName } from "../../../lib/nearestName.ts";
import { catalogue } from "../../../test/emulator/catalogue.ts";
import { isDocumented } from "../../../test/emulator/exchange/documentedCmdlets.ts";
import { faultNames, type Fault } from "../../../test/emulator/faults.ts";
import { operations } from "../../../test/emulator/graph/operations.ts";
import { askEmulator, usualAddress } from "../../session/control.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../../session/usageError.ts";

interface FaultOptions {
  emulator: string;
  times?: string;
  list?: true;
  clear?: true;
  json?: true;
}

/** `emulator fault`: lets requests to an emulator that runs fail. */
export function addFault(emulator: Command, terminal: Terminal): void {
  const fault = emulator
    .command("fault")
    .description("Let requests fail: all, or those of one cmdlet or operation of Graph.")
    .argument("[name]", "what happens, such as throttled; --list shows all names")
    .argument("[request]", 'only this cmdlet, or this operation of Graph: "PATCH /users/{user}"')
    .option("--times <n>", "how many requests fail (default: all, or one for tokenRefused)")
    .option("--list", "show the names, and the faults that are set")
    .option("--clear", "remove all faults")
    .option("--emulator <url>", "the emulator", usualAddress)
    .option("--json", "one JSON document");
  withExamples(fault, ["emulator fault throttled Set-Mailbox --times 2", "emulator fault --clear"]);
  fault.action(
    async (name: string | undefined, request: string | undefined, options: FaultOptions) => {
      const { emulator: address, clear, list, json } = options;
      if (name === undefined && !clear && !list)
        throw new UsageError("Expected the name of a fault, --list or --clear.");
      if (name !== undefined && clear)
        throw new UsageError(
          `--clear removes all faults; expected it without ${name}, or ${name} without it.`,
        );
      if (clear) await askEmulator(address, { method: "PUT", path: "faults", body: [] });
      if (name !== undefined)
        await askEmulator(address, {
          method: "PATCH",
          path: "faults",
          body: [faultOf(name, request, options)],
        });
      const faults = (await askEmulator(address, { path: "faults" })) as ListedFault[];
      if (json) {
        terminal.line(JSON.stringify({ ...(list && { names: faultNames }), faults }));
        return;
      }
      if (list) terminal.line(`Names: ${faultNames.join(", ")}.`);
      if (faults.length === 0) terminal.line("No fault is set.");
      for (const one of faults) terminal.line(lineOf(one));
    },
  );
}

type ListedFault = Fault & { seen: number };

function faultOf(
  name: string,
  request: string | undefined,
  { times }: FaultOptions,
): Pick<Fault, "named" | "match" | "times"> {
  const named = faultNames.find((one) => one.toLowerCase() === name.toLowerCase());
  if (named === undefined)
    throw new UsageError(`There is no fault ${name}. ${suggestion(name, faultNames)}`);
  return {
    named,
    ...(request !== undefined && { match: matchOf(request) }),
    ...(times !== undefined && { times: countOf(times) }),
  };
}

function matchOf(request: string): NonNullable<Fault["match"]> {
  return request.includes("/")
    ? { operation: operationOf(request) }
    : { cmdlet: cmdletOf(request) };
}

function operationOf(text: string): string {
  const known = operations.find((one) => one.toLowerCase() === text.toLowerCase());
  if (known !== undefined) return known;
  throw new UsageError(
    `The emulated Microsoft Graph has no operation ${text}. ${suggestion(text, operations)}`,
  );
}

function cmdletOf(text: string): string {
  const known = Object.keys(catalogue.cmdlets);
  const cmdlet = known.find((one) => one.toLowerCase() === text.toLowerCase());
  if (cmdlet !== undefined) return cmdlet;
  if (isDocumented(text)) return text;
  throw new UsageError(`Exchange Online has no cmdlet ${text}. ${suggestion(text, known)}`);
}

function suggestion(text: string, names: readonly string[]): string {
  const nearest = nearestName(text, names);
  return nearest === undefined ? `Expected one of ${names.join(", ")}.` : `Is it ${nearest}?`;
}

function countOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--times ${text}: expected a number from 1.`);
}

function lineOf({ named, match, seen, times, ...others }: ListedFault): string {
  const what = named ?? JSON.stringify(others);
  const whom =
    match === undefined
      ? "every request"
      : (match.cmdlet ?? match.operation ?? JSON.stringify(match));
  const limit = times === undefined ? "" : `, ${times === 1 ? "once" : `${times} times`}`;
  return `${what} for ${whom}${limit}: ${seen} such requests so far`;
}
