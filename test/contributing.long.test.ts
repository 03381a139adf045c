/** The numbered steps of CONTRIBUTING.md, taken in a copy of the repository or held against what is there. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import catalogue from "../schemas/cmdlets.json" with { type: "json" };
import { listActions } from "../tools/session/actions.ts";
import { readFixture } from "../tools/cli/recording.ts";
import { actionOf } from "../tools/cli/replay.ts";
import { ran } from "./cli/terminal.ts";
import { actionIn } from "./declared.ts";
import { createEmulator } from "./emulator/emulator.ts";
import { TestClient } from "./emulator/testClient.ts";
import { eventFor, scenarios } from "./fixtures/scenarios.ts";

const root = path.resolve(import.meta.dirname, "..");
const file = (name: string): string => readFileSync(path.join(root, name), "utf8");
const steps = (title: string): string =>
  new RegExp(`^## ${title}\n([^]*?)(?=^## )`, "m").exec(file("CONTRIBUTING.md"))?.[1] ?? "";
const titles = [
  "Add an action",
  "Add a permission set",
  "Add a cmdlet",
  "Add a fixture",
  "Release",
];
const all = titles.map(steps);

/** A copy of the repository in which the steps are taken. */
const copy = mkdtempSync(path.join(tmpdir(), "contributing-"));
beforeAll(() => {
  for (const part of [
    ...["lifecycle", "permissions", "resources", "lib", "tools", "schemas", "test"],
    ...["package.json", "tsconfig.json"],
  ])
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("the steps", () => {
  /** What the steps create. */
  const created = /^(lifecycle\/rename\.ts|local\/.*|test\/fixtures\/.*\.json)$/;
  const named = all.flatMap((text) =>
    [...text.matchAll(/`([\w.-]+\/[\w./<>-]*|[A-Z]+\.md)`/g)].map(([, name = ""]) => name),
  );

  it("name files", () => {
    expect(all.every((text) => /^1\. /m.test(text))).toBe(true);
    expect(named.length).toBeGreaterThan(10);
  });

  it.each(named.filter((name) => !created.test(name)))("name %s, which is there", (name) => {
    expect(isThere(name)).toBe(true);
  });

  /** Whether there is such a path, with anything in the place of `<set>`. */
  function isThere(name: string): boolean {
    const [place] = /<\w+>/.exec(name) ?? [];
    if (place === undefined) return existsSync(path.join(root, name));
    const above = path.dirname(name.slice(0, name.indexOf(place) + 1));
    const found = readdirSync(path.join(root, above)).map((entry) => path.parse(entry).name);
    return found.some((entry) => isThere(name.replace(place, entry)));
  }
});

describe("to add an action", () => {
  it("needs a file, and no list: the bundle is there after a build", async () => {
    const [, added = ""] = /such as `(\w+\/\w+)\.ts`/.exec(steps("Add an action")) ?? [];
    cpSync(path.join(copy, "lifecycle/enable.ts"), path.join(copy, `${added}.ts`));
    const url = pathToFileURL(path.join(copy, "tools/build/bundles.ts")).href;
    const { buildBundles } = (await import(url)) as typeof import("../tools/build/bundles.ts");
    const { actions } = await buildBundles();
    expect(actions).toEqual([...listActions(), added].sort());
    expect(existsSync(path.join(copy, "dist", `${added}.mjs`))).toBe(true);
  });

  it("takes a declaration such as that of the example", async () => {
    const action = await actionIn("lifecycle/update");
    expect(Object.keys(action)).toEqual(expect.arrayContaining(["verb", "needs", "configuration"]));
    expect(file("lifecycle/update.ts")).toMatch(/^export default on\w+\(\{[^]*\bhandle\b/m);
  });
});

describe("to add a permission set", () => {
  it("takes the command, which lists what it writes in a dry run", async () => {
    const [, line = ""] = /^npm run exo -- (.+)$/m.exec(steps("Add a permission set")) ?? [];
    const args = [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
    const { code, lines } = await ran([...args, "--dry-run"]);
    expect(code).toBe(0);
    const files = lines.map((written) => written.split(/ +/)[1] ?? "");
    const [, set = ""] = /^permissions\/(\w+)\//m.exec(files.join("\n")) ?? [];
    for (const [, file = ""] of steps("Add a permission set").matchAll(
      /`(\w+\/[\w/]*<set>[\w.]+)`/g,
    ))
      expect(files).toContain(file.replace("<set>", set));
  });
});

describe("to add a cmdlet", () => {
  it("takes the catalogue, and a file and a line of the emulator", async () => {
    const used = new Set<string>();
    for (const name of listActions())
      for (const cmdlet of Object.keys((await actionIn(name)).needs.exchange?.operations ?? {}))
        used.add(cmdlet);
    const list = file("test/emulator/exchange/cmdlets.ts");
    for (const cmdlet of used) {
      expect(Object.keys(catalogue.cmdlets)).toContain(cmdlet);
      expect(existsSync(path.join(root, `test/emulator/exchange/cmdlets/${cmdlet}.ts`))).toBe(true);
      expect(list).toContain(`"./cmdlets/${cmdlet}.ts"`);
    }
  });

  it("comes first: the emulator refuses what is not in the catalogue", async () => {
    const client = new TestClient(createEmulator());
    expect((await client.invoke("Get-Mailbox", { Identity: "anna.bakker" })).status).toBe(200);
    expect((await client.invoke("Get-MailboxColour", {})).status).toBe(400);
    expect((await client.invoke("Get-Mailbox", { Colour: "red" })).status).toBe(400);
  });
});

describe("to add a fixture", () => {
  it("takes the command of its step, which writes it and its row", () => {
    const [, event = "", name = ""] =
      /npm run record -- --event (\S+) --as ([^\s`]+)`/.exec(steps("Add a fixture")) ?? [];
    const [script, ...args] = `${scriptOf("record")} --event ${event} --as ${name}`.split(" ");
    expect(script).toBe("tsx");
    const [scenario] = scenarios.filter(({ name: other }) => actionOf(other) === actionOf(name));
    mkdirSync(path.join(copy, path.dirname(event)), { recursive: true });
    writeFileSync(path.join(copy, event), JSON.stringify(scenario && eventFor(scenario)));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", ...args, "--update"],
      { cwd: copy, encoding: "utf8" },
    );
    expect(stdout, stderr).toContain(`new: ${name}\n`);
    const written = path.join(copy, "test/fixtures", `${name}.json`);
    expect(steps("Add a fixture")).toContain(`\`test/fixtures/${name}.json\``);
    expect(readFixture(written)).toMatchObject({ source: "emulator" });
    expect(readFileSync(path.join(copy, "test/fixtures/README.md"), "utf8")).toContain(
      `| \`${name}\` |`,
    );
  });

  it("starts from an event that git ignores and editors know", () => {
    expect(file(".gitignore").split("\n")).toContain("/local/");
    const [, underVerb = ""] = /`local\/(\w+)-\w+\.json`/.exec(steps("Add a fixture")) ?? [];
    expect(file(".vscode/settings.json")).toContain(`"/local/${underVerb}-*.json"`);
  });
});

function scriptOf(name: string): string {
  return (
    (JSON.parse(file("package.json")) as { scripts: Record<string, string> }).scripts[name] ?? ""
  );
}
