import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ran } from "./cli/terminal.ts";
import { startEmulator, type RunningEmulator } from "./emulator/server.ts";

const root = path.resolve(import.meta.dirname, "..");
const pages = ["implementer", "tester", "operator", "developer"]
  .map((name) => `docs/${name}.md`)
  .filter((page) => existsSync(path.join(root, page)));

/** A folder with the files that the commands of the docs name. */
const folder = mkdtempSync(path.join(tmpdir(), "exo-connector docs "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ["docs/examples", "permissions", "configuration.json", "fieldMapping.json"])
  cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
const person = JSON.parse(
  readFileSync(path.join(root, "docs/examples/person.json"), "utf8"),
) as unknown;
writeFileSync(path.join(folder, "vault.json"), JSON.stringify({ Persons: [person] }));

/** Where the docs expect an emulator, and where the one of this test is. */
const usualAddress = "http://127.0.0.1:8750";
let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
  running.emulator.remember();
});
afterAll(() => running.close());

/** The command lines of a page. Those that run until they are interrupted have tests of their own. */
function commandsIn(page: string): string[] {
  const text = readFileSync(path.join(root, page), "utf8");
  return [...text.matchAll(/^npm run exo -- (.+)$/gm)]
    .map(([, command = ""]) => command)
    .filter((command) => !/--watch|--keep/.test(command));
}

/** The arguments of a command line that has no quotation marks in words. */
const argumentsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);

/** The arguments that make a command end by itself, and talk to no other emulator than that of this test. */
function argumentsHere(command: string): string[] {
  const args = argumentsOf(command);
  if (/^emulator( -|$)/.test(command)) return [...args, "--port", "0", "--until-stdin-closes"];
  if (/^(emulator|tenant) /.test(command)) return [...args, "--emulator", running.exchangeUrl];
  return args.map((one) => (one === usualAddress ? running.exchangeUrl : one));
}

/** A command in this process; only an emulator that is started is a process of the bundle, as its stdin ends it. */
async function run(command: string): Promise<{ code: unknown; text: string }> {
  const args = argumentsHere(command);
  if (args.includes("--until-stdin-closes")) return await runBundled(args);
  const { code, lines, notes } = await ran(args);
  return { code, text: [...lines, ...notes].join("\n") };
}

async function runBundled(args: readonly string[]): Promise<{ code: unknown; text: string }> {
  const program = path.join(inject("dist"), "exo-connector.mjs");
  const child = spawn(process.execPath, [program, ...args], { cwd: folder });
  child.stdin.end();
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, text };
}

/** The docs name files by their paths from the folder in which a command is typed. */
const home = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => process.chdir(home));

describe.each(pages)("the commands in %s", (page) => {
  const commands = commandsIn(page);
  it("are there", () => expect(commands.length).toBeGreaterThan(0));
  it.each(commands)("work: %s", async (command) => {
    const { code, text } = await run(command);
    expect(code, text).toBe(0);
    expect(text).not.toBe("");
  });
});

it("the bundle carries out a command as the sources do", async () => {
  const { code, text } = await runBundled([
    "plan",
    "update",
    "--person",
    "docs/examples/person.json",
  ]);
  expect({ code, last: text.trim().split("\n").at(-1) }).toEqual({
    code: 0,
    last: "result   changes",
  });
});
