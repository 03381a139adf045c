import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build, transform, type Metafile } from "esbuild";
import { describe, expect, inject, it } from "vitest";
import { version } from "../lib/generated/version.ts";
import { sourceStack } from "../lib/host/sourceStack.ts";
import { refuseUnwanted } from "../tools/build/bundles.ts";
import { listActions } from "../tools/session/actions.ts";
import { assertNodeChecked, assertRefused, usableEvent as event } from "./startedBundle.ts";

const root = path.resolve(import.meta.dirname, "..");
describe("an event that cannot be used", () => {
  it.each<[string, () => Buffer | string, RegExp]>([
    ["nothing at all", () => "", /^stdin is empty; expected one event as JSON\.$/],
    [
      "UTF-16, little endian",
      () => Buffer.from(`\uFEFF${event}`, "utf16le"),
      /^stdin is UTF-16 text; expected UTF-8\.$/,
    ],
    [
      "100,000 nested lists",
      () => "[".repeat(100_000),
      /^The event on stdin is nested deeper than 64 levels\.$/,
    ],
  ])("gets exit code 2 and an answer: %s", (_name, input, message) =>
    assertRefused(input(), message),
  );
});

describe("a bundle", () => {
  const bundle = (): string => path.join(inject("dist"), "lifecycle/create.mjs");
  const started = (
    options: string[],
    more: { input?: string; env?: Record<string, string> } = {},
  ) => spawnSync(process.execPath, [bundle(), ...options], { encoding: "utf8", ...more });

  it("knows its version, and how it is started", () => {
    expect(started(["--version"])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
    const help = started(["--help"]);
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toContain("Usage: node lifecycle/create.mjs < event.json");
    expect(started(["--verison"], { input: event })).toMatchObject({
      status: 2,
      stdout: "",
      stderr: "This script expects an event as JSON on stdin; --help explains how to start it.\n",
    });
  });

  it("explains itself on a terminal", () => {
    // script(1) of util-linux starts a program on a terminal.
    const command = `"${process.execPath}" "${bundle()}"`;
    const { status, stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(stdout.trim()).toBe(
      "This script expects an event as JSON on stdin; --help explains how to start it.",
    );
    expect(status).toBe(2);
  });

  it.each([
    ["20.18.3", false],
    ["20.19.0", true],
  ])("checks its Node before anything else: %s", assertNodeChecked);

  it.each([
    ["20.18.3", 2],
    ["20.19.0", 0],
  ])("of the command line checks its Node too: %s", (node, code) => {
    const preload = `data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"${node}"}})`;
    const file = path.join(inject("dist"), "exo-connector.mjs");
    const { status } = spawnSync(process.execPath, ["--import", preload, file, "--version"]);
    expect(status).toBe(code);
  });

  it.each(["lifecycle/create", "exo-connector"])(
    "of %s uses no language that Node 12 lacks",
    async (name) => {
      const source = readFileSync(path.join(inject("dist"), `${name}.mjs`), "utf8");
      // Its syntax is ES2019 and import(), which Node 12.17 has.
      const older = { target: "es2019", supported: { "dynamic-import": true } };
      const { code } = await transform(source, { ...older, format: "esm" });
      expect(code).toBe((await transform(source, { format: "esm" })).code);
      expect(code).not.toMatch(/^import /m);
    },
  );

  it("names the place in the source of an error that was not foreseen", () => {
    const chunk = path.join(inject("dist"), "chunks/lifecycle/create.cjs");
    const before = (
      readFileSync(chunk, "utf8").split("for a person the configuration")[0] ?? ""
    ).split("\n");
    const place = `${before.length}:${before.at(-1)?.length ?? 0}`;
    const stack = sourceStack(`Error: x\n    at main (${pathToFileURL(chunk).href}:${place})`);
    expect(stack).toMatch(/^Error: x\n {4}at lifecycle\/create\.ts:\d+:\d+$/);
    expect(sourceStack("Error: x\n    at file:///no/such.mjs:1:1")).toContain("such.mjs:1:1");
  });
});

describe("the bundles", () => {
  it("mirror the folders of actions", () => {
    expect(inject("actions")).toEqual(listActions());
    for (const action of inject("actions"))
      expect(existsSync(path.join(inject("dist"), `${action}.mjs`))).toBe(true);
  });

  it("contain nothing that only tests use", () => {
    // The command line has the emulator, in a folder that no action loads.
    const files = readdirSync(inject("dist"), { recursive: true, encoding: "utf8" }).filter(
      (file) => /\.[cm]js$/.test(file) && !file.startsWith("cli"),
    );
    for (const file of files)
      expect(readFileSync(path.join(inject("dist"), file), "utf8"), file).not.toMatch(
        /emulated-secret|Contoso \(emulated\)|strictTypes/,
      );
  });

  it("are refused when they contain test code", async () => {
    const { metafile } = await build({
      stdin: {
        contents: 'import { seedState } from "./test/emulator/seed.ts"; console.log(seedState)',
        resolveDir: root,
      },
      absWorkingDir: root,
      outdir: "out",
      bundle: true,
      write: false,
      metafile: true,
    });
    expect(() => refuseUnwanted(metafile)).toThrow(
      /contains test\/emulator\/.*, which must never reach a bundle\.$/,
    );
  });

  it("are refused when they load a library at their start", () => {
    const entry = {
      entryPoint: "entry:lifecycle/create",
      bytes: 1,
      exports: [],
      inputs: { "lifecycle/create.ts": { bytesInOutput: 1 } },
    };
    const outputs = (kind: "import-statement" | "dynamic-import", library: string): Metafile => ({
      inputs: {},
      outputs: {
        "dist/lifecycle/create.mjs": { ...entry, imports: [{ path: "dist/chunks/a.mjs", kind }] },
        "dist/chunks/a.mjs": {
          bytes: 1,
          exports: [],
          imports: [],
          inputs: { [`node_modules/${library}/index.js`]: { bytesInOutput: 1 } },
        },
      },
    });
    expect(() => refuseUnwanted(outputs("import-statement", "undici"))).toThrow(
      "dist/lifecycle/create.mjs loads node_modules/undici/index.js when it starts; import it where it is needed.",
    );
    expect(() => refuseUnwanted(outputs("dynamic-import", "undici"))).not.toThrow();
    expect(() => refuseUnwanted(outputs("import-statement", "p-limit"))).not.toThrow();
  });
});

/**
 * The fixture with the most requests, as the platform runs it: of each bundle that succeeds, and of each folder and
 * other way to end. What a bundle can do in addition to its source, such as to load its parts, it does in each of them.
 */
