import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { archiveOf, releaseFiles, sha256 } from "../../tools/build/pack.ts";
import { story } from "../../tools/cli/demoEvents.ts";
import { startEmulator } from "../emulator/server.ts";
import { scriptOf } from "./bridge.ts";
import { bundleOf, newFolder, nodeScript } from "./fakes.ts";
import { startPlatform, type Platform, type ScriptOptions, type ScriptRun } from "./platform.ts";

const program = inject("powerShell");
const dist = inject("dist");
const action = "lifecycle/create";
const bundle = `${action}.mjs`;

describe.skipIf(program === "")("install.ps1", { timeout: 60_000 }, () => {
  let platform: Platform;
  let target = "";
  const folders: string[] = [];
  beforeAll(() => (platform = startPlatform(program)));
  beforeEach(() => (target = path.join(folder(), "Exchange Ümgebung")));
  afterAll(() => {
    platform.close();
    for (const each of folders) rmSync(each, { recursive: true, force: true });
  });

  function folder(): string {
    const name = newFolder();
    folders.push(name);
    return name;
  }

  /** The folder of an unpacked archive, of a connector whose only bundle runs `code`. */
  function unpacked(
    version: string,
    code = `answer({ AccountReference: "${version}" })`,
    node?: string,
  ): string {
    const files = new Map([[bundle, Buffer.from(bundleOf(code))]]);
    for (const [file, bytes] of releaseFiles(dist))
      if (/^(LICENSE|install\.ps1|permissions\/.*\.json)$/.test(file))
        files.set(file, Buffer.from(bytes));
    if (node !== undefined) files.set("node/node", Buffer.from(node));
    const into = folder();
    for (const [file, bytes] of Object.entries(unzipSync(archiveOf(files, version))))
      write(path.join(into, file), bytes);
    return into;
  }

  /** The lines that the installer writes, or its error when it fails, which its exit code has to show. */
  async function install(from: string, options = "", on = platform): Promise<unknown[]> {
    const script = path.join(from, "install.ps1");
    const { records, error, thrown } = await on.run(
      `$global:LASTEXITCODE = 0; & '${script}' -Target '${target}' ${options}; $LASTEXITCODE`,
      {},
    );
    expect(thrown).toBeNull();
    expect(records.pop()).toBe(error.length === 0 ? 0 : 1);
    return error.length === 0 ? records : error;
  }

  async function expectRefusal(from: string, reason: string, options = ""): Promise<void> {
    const before = contents(target);
    expect(await install(from, options)).toEqual([`The current version stays as it is. ${reason}`]);
    expect(contents(target)).toEqual(before);
  }

  /** Runs an event through the bridge. */
  async function run(
    options?: ScriptOptions,
    event: object = {},
    on = platform,
  ): Promise<ScriptRun> {
    const { actionContext, ...others } = event as { actionContext?: { Configuration: object } };
    const Configuration = {
      NodePath: process.execPath,
      ...actionContext?.Configuration,
      ConnectorPath: target,
    };
    const whole = { ...others, actionContext: { ...actionContext, Configuration } };
    return await on.run(scriptOf(action, dist), whole, options);
  }

  async function expectRuns(version: string, on = platform): Promise<void> {
    const { outputContext } = await run({}, {}, on);
    expect(outputContext).toMatchObject({ Success: true, AccountReference: version });
  }

  const current = (): string => readFileSync(path.join(target, "current"), "utf8");
  const installed = (version: string): string => path.join(target, version);
  const switched = (version: string): string =>
    `Version ${version} is installed in ${target} and current. Events that start from now on use it.`;

  it("installs an archive that is unpacked as the docs say, and the first event runs", async () => {
    const running = await startEmulator();
    try {
      const [archive, into] = [path.join(folder(), "archive.zip"), folder()];
      writeFileSync(archive, archiveOf(releaseFiles(dist), "0.2.0"));
      await platform.run(`Expand-Archive -LiteralPath '${archive}' -DestinationPath '${into}'`, {});
      expect(await install(into)).toEqual([
        expect.stringMatching(/^The bundles are compiled for Node\.js v\d+\.\d+\.\d+: .*compiled/),
        switched("0.2.0"),
      ]);
      const { env } = running;
      const { outputContext, warning, error } = await run({ env }, story(running)[0].event);
      expect({ outputContext, warning, error }).toMatchObject({
        outputContext: { Success: true },
        warning: [],
        error: [],
      });
      const { objects } = running.emulator.state();
      const account = outputContext?.["AccountReference"];
      expect(objects.find(({ Guid }) => Guid === account)).toMatchObject({
        HiddenFromAddressListsEnabled: true,
      });
    } finally {
      await running.close();
    }
  });

  it("switches the version while an event runs, which keeps its own, and back", async () => {
    const [begun, goOn] = [path.join(folder(), "begun"), path.join(folder(), "go on")];
    const code = `fs.writeFileSync(${JSON.stringify(begun)}, "");
      while (!fs.existsSync(${JSON.stringify(goOn)})) await delay(20);
      const { default: { version } } = await import("../manifest.json", { with: { type: "json" } });
      answer({ AccountReference: version });`;
    await install(unpacked("1.0.0", code));
    const other = startPlatform(program);
    try {
      const running = run({}, {}, other);
      while (!existsSync(begun)) await delay(20);
      expect(await install(unpacked("1.1.0"))).toEqual([
        switched("1.1.0"),
        "The version before was 1.0.0: -Rollback returns to it.",
      ]);
      await expectRuns("1.1.0");
      writeFileSync(goOn, "");
      expect((await running).outputContext).toMatchObject({
        Success: true,
        AccountReference: "1.0.0",
      });
    } finally {
      other.close();
    }
    expect(await install(installed("1.1.0"), "-Rollback")).toEqual([
      "Version 1.0.0 is current again. Events that start from now on use it.",
      "The version before was 1.1.0: -Rollback returns to it.",
    ]);
    await expectRuns("1.0.0");
    await install(installed("1.0.0"), "-Rollback");
    await expectRuns("1.1.0");
  });

  it("is never caught without a version", async () => {
    for (const version of ["1.0.0", "1.1.0"]) await install(unpacked(version));
    const other = startPlatform(program);
    try {
      const seen = { end: false, reads: 0 };
      const script = `foreach ($i in 1..100) { & '${installed("1.0.0")}/install.ps1' -Target '${target}' -Rollback }`;
      const switching = other.run(script, {}).finally(() => (seen.end = true));
      for (; !seen.end; seen.reads++) {
        expect(current()).toMatch(/^(1\.0\.0\n1\.1\.0|1\.1\.0\n1\.0\.0)\n$/);
        await new Promise(setImmediate);
      }
      expect(await switching).toMatchObject({ thrown: null, error: [] });
      expect(seen.reads).toBeGreaterThan(100);
    } finally {
      other.close();
    }
  });

  it("brings its own Node.js", async () => {
    const from = unpacked(
      "1.0.0",
      "answer({ AccountReference: process.env.STARTED_AS })",
      nodeScript,
    );
    await platform.run(`chmod +x '${from}/node/node'`, {});
    await install(from);
    const event = { actionContext: { Configuration: { NodePath: "" } } };
    const { outputContext } = await run({}, event);
    expect(outputContext).toMatchObject({ AccountReference: `${installed("1.0.0")}/node/node` });
  });

  it("installs the same version again, and keeps the one to return to", async () => {
    for (const version of ["1.0.0", "1.1.0"]) await install(unpacked(version));
    expect(await install(unpacked("1.1.0"))).toEqual([
      `Version 1.1.0 is installed in ${target} and was current already.`,
    ]);
    expect(current()).toBe("1.1.0\n1.0.0\n");
    await install(installed("1.0.0"));
    expect(current()).toBe("1.0.0\n1.1.0\n");
  });

  it("replaces what an installation left that did not end, and a file current that names nothing", async () => {
    write(path.join(target, ".incoming", bundle), "half");
    write(path.join(target, "current.new"), "half");
    write(path.join(target, "current"), "../elsewhere\n");
    expect(await install(unpacked("1.0.0"))).toEqual([switched("1.0.0")]);
    expect(readdirSync(target).sort()).toEqual([".lock", "1.0.0", "current"]);
    expect(current()).toBe("1.0.0\n\n");
  });

  it("claims no current version when there is none", async () => {
    const from = unpacked("1.0.0");
    expect(await install(from, "-Rollback")).toEqual([`There is no installation in ${target}.`]);
    expect(existsSync(target)).toBe(false);
    write(path.join(from, ".hidden"), "extra");
    expect(await install(from)).toEqual([
      `The file .hidden in ${from} does not belong to version 1.0.0. ` +
        "Unpack the archive into an empty folder.",
    ]);
    expect(existsSync(path.join(target, "current"))).toBe(false);
  });

  describe("changes nothing when", () => {
    beforeEach(async () => {
      await install(unpacked("1.0.0"));
    });

    it("a file of the archive was changed", async () => {
      const from = unpacked("1.1.0");
      const expected = hashOf(from);
      write(path.join(from, bundle), "tampered");
      const found = hashOf(from);
      await expectRefusal(
        from,
        `The file ${bundle} in ${from} was changed: its SHA256 is ${found}, expected ${expected}.`,
      );
    });

    it("a file is missing", async () => {
      const from = unpacked("1.1.0");
      rmSync(path.join(from, bundle));
      await expectRefusal(from, `The file ${bundle} is missing in ${from}.`);
    });

    it.each(["chunks/extra.mjs", "Install.ps1", ".hidden"])("%s is one too many", async (file) => {
      const from = unpacked("1.1.0");
      write(path.join(from, file), "extra");
      await expectRefusal(
        from,
        `The file ${file} in ${from} does not belong to version 1.1.0. Unpack the archive into an empty folder.`,
      );
    });

    it("the manifest names a file outside", async () => {
      const from = unpacked("1.1.0");
      const outside = `../${path.basename(folder())}/file`;
      write(path.join(from, outside), "text");
      edit(from, ({ files, ...manifest }) => ({
        ...manifest,
        files: [...files, { path: outside, sha256: sha256(Buffer.from("text")) }],
      }));
      await expectRefusal(from, `The file ${outside} is missing in ${from}.`);
    });

    it.each(["", "../1.1.0", "a/b", "a\\b", ".incoming", "1.1.0\n"])(
      "the manifest has the version %j",
      async (version) => {
        const from = unpacked("1.1.0");
        edit(from, (manifest) => ({ ...manifest, version }));
        await expectRefusal(from, `The file ${from}/manifest.json does not name a version.`);
      },
    );

    it("there is no manifest", async () => {
      const from = unpacked("1.1.0");
      rmSync(path.join(from, "manifest.json"));
      await expectRefusal(from, `There is no file ${from}/manifest.json.`);
    });

    it.each(["", "[]", "{", '{"version":"1.1.0"}'])("the manifest is %j", async (text) => {
      const from = unpacked("1.1.0");
      write(path.join(from, "manifest.json"), text);
      const [error] = await install(from);
      expect(error).toMatch(
        /^The current version stays as it is\. The file .*manifest\.json cannot be read: ./,
      );
      expect(current()).toBe("1.0.0\n\n");
    });

    it("the version is installed with other files", async () => {
      const other = unpacked("1.0.0", "answer()");
      const [found, expected] = [installed("1.0.0"), other].map(hashOf);
      await expectRefusal(
        other,
        `Version 1.0.0 is installed already, with other files. The file ${bundle} in ${installed("1.0.0")} ` +
          `was changed: its SHA256 is ${found}, expected ${expected}.`,
      );
    });

    it("the target is in the archive", async () => {
      const from = unpacked("1.1.0");
      target = path.join(from, "here");
      expect(await install(from)).toEqual([
        `The target folder ${target} is inside ${from}; expected a folder elsewhere.`,
      ]);
      expect(existsSync(target)).toBe(false);
    });

    it("the target is a version", async () => {
      const [root, archive] = [target, unpacked("1.1.0")];
      const before = [root, archive].map(contents);
      const hints = new Map([
        [installed("1.0.0"), `Was ${root} meant?`],
        [`${installed("1.0.0")}/`, `Was ${root} meant?`],
        [archive, "Expected another folder."],
      ]);
      for (const [version, hint] of hints)
        for (const from of [archive, path.join(root, "1.0.0")]) {
          target = version;
          const refusal = `The target folder ${target} is itself an unpacked or installed version. ${hint}`;
          expect(await install(from)).toEqual([refusal]);
          expect(await install(from, "-Rollback")).toEqual([refusal]);
        }
      expect([root, archive].map(contents)).toEqual(before);
    });

    it("another installation is running", async () => {
      const other = startPlatform(program);
      try {
        const [held, done] = [path.join(folder(), "held"), path.join(folder(), "done")];
        const holding = other.run(
          `$lock = [IO.File]::Open('${target}/.lock', 'Open', 'Read', 'Read'); Set-Content '${held}' 1
           while (-not (Test-Path '${done}')) { Start-Sleep -Milliseconds 20 }; $lock.Dispose()`,
          {},
        );
        while (!existsSync(held)) await delay(20);
        const refused = install(unpacked("1.1.0")).finally(() => write(done, ""));
        expect(await refused).toEqual([
          expect.stringMatching(
            /stays as it is\. Is another installation running\? .*\.lock' because/,
          ),
        ]);
        expect(current()).toBe("1.0.0\n\n");
        await holding;
      } finally {
        other.close();
      }
    });

    it("there is no version to return to", async () => {
      await expectRefusal(
        installed("1.0.0"),
        `The file current in ${target} names no version before the current one.`,
        "-Rollback",
      );
    });

    it("the version to return to is not what it was", async () => {
      const from = unpacked("1.1.0");
      await install(from);
      rmSync(path.join(installed("1.0.0"), bundle));
      await expectRefusal(
        from,
        `The file ${bundle} is missing in ${installed("1.0.0")}.`,
        "-Rollback",
      );
      rmSync(installed("1.0.0"), { recursive: true });
      await expectRefusal(
        from,
        `Version 1.0.0 is no longer installed: there is no folder ${installed("1.0.0")}.`,
        "-Rollback",
      );
    });
  });
});

interface Manifest {
  version: string;
  files: { path: string; sha256: string }[];
}

function edit(from: string, change: (manifest: Manifest) => Manifest): void {
  const file = path.join(from, "manifest.json");
  write(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as Manifest)));
}

function write(file: string, data: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, data);
}

function hashOf(from: string): string {
  return sha256(readFileSync(path.join(from, bundle)));
}

/** Every file of a folder, with its bytes. */
function contents(folder: string): unknown {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .sort()
    .map((file) => [file, readFileSync(file, "latin1")]);
}
