/** What holds for every verb, whoever adds one. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { programFor } from "../../tools/cli/exoConnector.ts";
import { startEmulator } from "../emulator/server.ts";
import { ran, recordingTerminal } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector verbs "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is typed for a verb, such as `emulator fault`. */
interface Verb {
  name: string;
  words: string[];
  command: Command;
}

function verbsIn(command: Command, above: readonly string[] = []): Verb[] {
  return command.commands.flatMap((verb) => {
    const words = [...above, verb.name()];
    return [{ name: words.join(" "), words, command: verb }, ...verbsIn(verb, words)];
  });
}

const all = verbsIn(programFor(recordingTerminal()));
/** Only emulator does something itself and has verbs below it. */
const isVerb = ({ name, command }: Verb): boolean =>
  command.commands.length === 0 || name === "emulator";
const verbs = all.filter(isVerb);
const groups = all.filter((verb) => !isVerb(verb));

/** Words that are enough to start a verb; its first arguments are those that are given. */
function enough({ words, command }: Verb, given: readonly string[] = []): string[] {
  const needed = command.registeredArguments.filter(({ required }) => required).map(() => "x");
  const options = command.options
    .filter(({ mandatory }) => mandatory)
    .flatMap(({ long }) => [long ?? "", "x"]);
  return [...words, ...given, ...needed.slice(given.length), ...options];
}

describe.each(verbs)("exo-connector $name", (verb) => {
  it("has a help with two examples of its own, PowerShell first", async () => {
    const { code, lines, notes } = await ran([...verb.words, "--help"]);
    expect({ code, notes }).toEqual({ code: 0, notes: [] });
    const [title = "", ...examples] = lines.slice(
      lines.findIndex((line) => line.startsWith("Examples")),
    );
    expect(title).toBe("Examples (PowerShell, and any other shell):");
    expect(examples.slice(0, 2)).toEqual(
      [1, 2].map(() => expect.stringContaining("npm run exo -- ") as unknown),
    );
    const own = verb.words.at(-1) ?? "";
    for (const example of examples.slice(0, 2)) expect(example).toContain(` ${own}`);
  });

  it("can answer in JSON", () => {
    expect(verb.command.options.map(({ long }) => long)).toContain("--json");
  });

  it("refuses an unknown option, and names the nearest one", async () => {
    const { code, lines, notes } = await ran([...enough(verb), "--hepl"]);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(notes.join(" ")).toMatch(/unknown option '--hepl'.*Did you mean --help\?/);
  });

  const withValue = verb.command.options
    .filter(({ required }) => required)
    .map(({ long }) => long ?? "");
  it.each(withValue)("refuses an empty value of %s", async (option) => {
    const { code, lines, notes } = await ran([...enough(verb), option, ""]);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(notes.join(" ")).toMatch(
      new RegExp(`^${option} <.+> has an empty value; expected .+\\.$`),
    );
  });

  const names = verb.command.registeredArguments.map((argument) => argument.name());
  it.each(names)("refuses an empty %s", async (name) => {
    const before = names.slice(0, names.indexOf(name)).map(() => "x");
    const { code, lines, notes } = await ran(enough(verb, [...before, ""]));
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(notes.join(" ")).toMatch(new RegExp(`^<${name}> is empty; expected .+\\.$`));
  });
});

it.each([[], ["nothing"], ...groups.map(({ words }) => words)])(
  "%j is not enough: exit code 2",
  async (...words) => {
    const { code, lines } = await ran(words);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
  },
);

describe("a file that cannot be written", () => {
  const none = path.join(folder, "none", "file");
  const people = path.join(folder, "people.json");
  const example = path.resolve(import.meta.dirname, "../../docs/examples/person.json");
  writeFileSync(people, `[${readFileSync(example, "utf8")}]`);
  const anna = "anna.bakker@contoso.com";

  it.each([
    ["plan", "update", "--people", people, "--csv", none],
    ["plan", "update", "--people", people, "--html", none],
    ["reach", anna, "--html", none],
    [
      "run",
      "update",
      "--account",
      anna,
      "--set",
      "CustomAttribute2=Nurse",
      "--live",
      "--save",
      none,
    ],
  ])("is refused before a request is sent: %s %s %s %s %s", async (...args) => {
    const running = await startEmulator();
    try {
      const { code, lines, notes } = await ran([...args, "--emulator", running.exchangeUrl]);
      expect({ code, lines }).toEqual({ code: 2, lines: [] });
      expect(notes.join(" ")).toMatch(
        / cannot be written: ENOENT, there is no such file or folder\.$/,
      );
      expect(running.emulator.journal()).toEqual([]);
    } finally {
      await running.close();
    }
  });

  it("is not left behind empty by a verb that then fails", async () => {
    const html = path.join(folder, "nobody.html");
    expect((await ran(["reach", "nobody", "--html", html])).code).toBe(2);
    expect(existsSync(html)).toBe(false);
  });
});
