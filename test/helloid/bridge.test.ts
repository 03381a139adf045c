import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { scriptOf } from "./bridge.ts";
import { newFolder, nodeScript, writeBundle } from "./fakes.ts";
import { startPlatform, type Platform, type ScriptOptions, type ScriptRun } from "./platform.ts";

const program = inject("powerShell");
const dist = inject("dist");
const secret = "CaNaRy-0123456789";
/** The bridge gives up this long after the connector's own limit. */
const env = { EXO_CONNECTOR_DEADLINE_MS: "500" };
const unknown = "It is unknown whether anything was changed.";

describe.skipIf(program === "")("a bridge script", () => {
  let platform: Platform;
  let folder = "";
  const folders: string[] = [];
  beforeAll(() => (platform = startPlatform(program)));
  beforeEach(() => folders.push((folder = newFolder())));
  afterAll(() => {
    platform.close();
    for (const each of folders) rmSync(each, { recursive: true, force: true });
  });

  interface Choices extends ScriptOptions {
    action?: string;
    configuration?: Record<string, unknown>;
    data?: unknown;
  }

  async function run({
    action = "lifecycle/create",
    ...choices
  }: Choices = {}): Promise<ScriptRun> {
    const { configuration, data = {}, ...options } = choices;
    const Configuration = {
      AppSecret: secret,
      ConnectorPath: folder,
      NodePath: process.execPath,
      ...configuration,
    };
    const event = {
      actionContext: { Configuration, DryRun: false, Data: data },
      personContext: { Person: { DisplayName: "Zoë 😀" } },
      outputContext: { Data: { Guid: null } },
    };
    return await platform.run(scriptOf(action, dist), event, options);
  }

  /** Runs a bundle of this code. */
  async function runs(code: string, choices: Choices = {}): Promise<ScriptRun> {
    writeBundle(folder, choices.action ?? "lifecycle/create", code);
    return await run(choices);
  }

  /** No success, and one audit line that is also a warning: this one. */
  function expectFault(
    { outputContext, warning, error, thrown, records }: ScriptRun,
    text: string,
  ) {
    expect(outputContext).toMatchObject({
      Success: false,
      AuditLogs: [{ Message: text, IsError: true }],
    });
    expect(warning.at(-1)).toBe(text);
    expect({ error, thrown, records }).toEqual({ error: [], thrown: null, records: [] });
  }

  describe("reports what is wrong with the installation:", () => {
    it("no path", async () => {
      const text =
        '"Connector path" (ConnectorPath) is missing; expected an absolute path on the agent server.';
      expectFault(await run({ configuration: { ConnectorPath: null } }), text);
      expectFault(await run({ configuration: { ConnectorPath: "  " } }), text);
    });

    it("a relative path", async () => {
      expectFault(
        await run({ configuration: { ConnectorPath: "dist" } }),
        '"Connector path" (ConnectorPath) is "dist"; expected an absolute path.',
      );
    });

    it("no bundle", async () => {
      expectFault(
        await run(),
        `The connector was not found: there is no file ${folder}/lifecycle/create.mjs. ` +
          'Check "Connector path" (ConnectorPath): the folder has a file current, or the bundles themselves.',
      );
    });

    it("a missing version", async () => {
      writeFileSync(path.join(folder, "current"), "0.2.0\r\n");
      expectFault(
        await run(),
        `The file ${folder}/current names version 0.2.0, but there is no folder ${folder}/0.2.0.`,
      );
    });

    it("a version without the bundle", async () => {
      writeFileSync(path.join(folder, "current"), "0.2.0");
      mkdirSync(path.join(folder, "0.2.0"));
      expectFault(
        await run(),
        `The connector was not found: there is no file ${folder}/0.2.0/lifecycle/create.mjs. ` +
          'Check "Connector path" (ConnectorPath): the folder has a file current, or the bundles themselves.',
      );
    });

    it.each(["", "\n0.2.0\n", "../elsewhere", "0.2.0/lifecycle", "0.2.0\\lifecycle", ".."])(
      "current is %j",
      async (text) => {
        for (const version of ["0.2.0", "0.2.0/lifecycle"])
          writeBundle(path.join(folder, version), "lifecycle/create", "answer()");
        writeFileSync(path.join(folder, "current"), text);
        expectFault(await run(), `The file ${folder}/current does not name a version.`);
      },
    );

    it("no Node.js in the PATH", async () => {
      writeBundle(folder, "lifecycle/create", "answer()");
      expectFault(
        await run({ configuration: { NodePath: "" }, settings: "$env:PATH = '/nowhere'" }),
        "Node.js was not found in the PATH of the agent's account. " +
          'Install it, or set "Node path" (NodePath).',
      );
    });

    it("no Node.js at its path", async () => {
      writeBundle(folder, "lifecycle/create", "answer()");
      expectFault(
        await run({ configuration: { NodePath: "/no/node.exe" } }),
        'Node.js was not found: there is no file /no/node.exe. Check "Node path" (NodePath).',
      );
      expectFault(
        await run({ configuration: { NodePath: "node" } }),
        '"Node path" (NodePath) is "node"; expected an absolute path.',
      );
    });

    it("a file that is not a program", async () => {
      writeBundle(folder, "lifecycle/create", "answer()");
      const file = path.join(folder, "node.exe");
      writeFileSync(file, "");
      const { outputContext } = await run({ configuration: { NodePath: file } });
      expect(outputContext).toMatchObject({
        Success: false,
        AuditLogs: [
          {
            Message: expect.stringMatching(
              /^Node\.js could not be started: .*node\.exe\. /,
            ) as string,
          },
        ],
      });
    });

    it("a program that is not Node.js", async () => {
      writeBundle(folder, "lifecycle/create", "answer()");
      expectFault(
        await run({ configuration: { NodePath: "/bin/false" } }),
        `The connector ended without an answer (exit code 1). ${unknown}`,
      );
      expectFault(
        await run({ configuration: { NodePath: "/bin/true" } }),
        `The connector ended without an answer (exit code 0). ${unknown} ` +
          'Check that "Node path" (NodePath) is Node.js: /bin/true.',
      );
    });

    it("a folder instead of a program", async () => {
      writeBundle(folder, "lifecycle/create", "answer()");
      expectFault(
        await run({ configuration: { NodePath: folder } }),
        `"Node path" (NodePath) is ${folder}, a folder; expected the program in it, such as node.exe.`,
      );
    });
  });

  it("runs the version that current names", async () => {
    mkdirSync(path.join(folder, "0.2.0"));
    writeFileSync(path.join(folder, "current"), "0.2.0\r\n0.1.0\r\n");
    writeBundle(
      path.join(folder, "0.2.0"),
      "lifecycle/create",
      "answer({ AccountReference: 'new' })",
    );
    expect((await run()).outputContext).toMatchObject({ Success: true, AccountReference: "new" });
  });

  it("warns about the folder of one version, which upgrades leave as it is", async () => {
    const version = path.join(folder, "0.2.0");
    writeBundle(version, "lifecycle/create", "answer({ AccountReference: 'old' })");
    const used = { configuration: { ConnectorPath: version } };
    expect(await run(used)).toMatchObject({ warning: [], outputContext: { Success: true } });
    writeFileSync(path.join(folder, "current"), "0.3.0\n0.2.0\n");
    expect(await run(used)).toMatchObject({
      outputContext: { Success: true, AccountReference: "old" },
      warning: [
        `"Connector path" (ConnectorPath) is ${version}, the folder of one version: ` +
          `upgrades have no effect. Expected ${folder}.`,
      ],
    });
  });

  it("takes paths in the quotation marks that Explorer puts around them", async () => {
    const configuration = { ConnectorPath: ` "${folder}" `, NodePath: `"${process.execPath}"` };
    const { outputContext } = await runs("answer()", { configuration });
    expect(outputContext).toMatchObject({ Success: true });
  });

  it("uses the Node.js that came with the version, unless the form names another", async () => {
    const [own, other] = ["node/node", "other"].map((name) => path.join(folder, name));
    writeBundle(folder, "lifecycle/create", "answer({ AccountReference: process.env.STARTED_AS })");
    mkdirSync(path.join(folder, "node"));
    for (const program of [own, other]) writeFileSync(program ?? "", nodeScript, { mode: 0o755 });
    const used = async (NodePath: unknown): Promise<unknown> =>
      (await run({ configuration: { NodePath } })).outputContext?.["AccountReference"];
    expect(await used("")).toBe(own);
    expect(await used(other)).toBe(other);
  });

  it("finds Node.js in the PATH", async () => {
    const settings = `$env:PATH = '${path.dirname(process.execPath)}'`;
    const { outputContext } = await runs("answer()", { configuration: { NodePath: "" }, settings });
    expect(outputContext).toMatchObject({ Success: true });
  });

  describe("does not take for a success", () => {
    it.each([
      ["no answer, by its exit code", "process.exit(7)", "ended without an answer (exit code 7)"],
      ["an event that is not read", "die()", "ended without an answer (exit code 137)"],
      ["a death after the event", "read(); die()", "ended without an answer (exit code 137)"],
      [
        "half an answer",
        'read(); print(\'{"outputContext":{"Success":true\'); die()',
        "wrote something that is not an answer (exit code 137)",
      ],
      [
        "a pipe that breaks in the answer",
        'read(); print(\'{"outputContext":{"Succ\'); fs.closeSync(1)',
        "wrote something that is not an answer (exit code 0)",
      ],
      [
        "a death after the answer",
        "read(); answer(); die()",
        "reported success, but ended with exit code 137",
      ],
      [
        "an answer with exit code 1",
        "answer(); process.exitCode = 1",
        "reported success, but ended with exit code 1",
      ],
      ["two answers", "answer(); answer()", "gave 2 answers; expected one"],
      [
        "rubbish before the answer",
        "print('hello\\n'); answer()",
        "wrote something that is not an answer (exit code 0)",
      ],
      [
        "rubbish after the answer",
        "answer(); print('hello\\n')",
        "wrote something that is not an answer (exit code 0)",
      ],
      [
        "a record after the answer",
        "answer(); print({ record: { a: 1 } })",
        "wrote something that is not an answer (exit code 0)",
      ],
      [
        "JSON that is not an answer",
        "print('[{}]\\n42\\n')",
        "wrote something that is not an answer (exit code 0)",
      ],
    ])("%s", { timeout: 60_000 }, async (_name, code, fault) => {
      expectFault(
        await runs(code, { data: { big: code === "die()" ? "x".repeat(5_000_000) : "" } }),
        `The connector ${fault}. ${unknown}`,
      );
    });

    it("no answer", async () => {
      expectFault(
        await runs("read()"),
        `The connector ended without an answer (exit code 0). ${unknown} ` +
          `Check that "Node path" (NodePath) is Node.js: ${process.execPath}.`,
      );
      expectFault(
        await runs("read()", {
          configuration: { NodePath: "" },
          settings: `$env:PATH = '${path.dirname(process.execPath)}'`,
        }),
        `The connector ended without an answer (exit code 0). ${unknown}`,
      );
    });

    it("a Success that is text", async () => {
      const fault = `The connector's answer has no Success of true or false. ${unknown}`;
      expectFault(await runs("answer({ Success: 'true' })"), fault);
    });

    it.each([
      ["hangs", "await delay(60_000)"],
      ["hangs after its answer", "read(); answer(); await delay(60_000)"],
      ["prints without an end", "for (;;) log('verbose', 'x'.repeat(1000))"],
      [
        "has a child that keeps the pipe",
        "import('node:child_process').then(({ spawn }) => spawn('sleep', ['61'], { stdio: 'inherit' }))",
      ],
    ])("a connector that %s, which it ends with all its children", async (_name, code) => {
      const mark = path.basename(folder);
      const result = await runs(code, { env, data: { big: "x".repeat(5_000_000) } });
      expectFault(result, `The connector did not end within 3 seconds and was stopped. ${unknown}`);
      expect(result.ms).toBeLessThan(20_000);
      const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
      expect(stdout).not.toContain(mark);
      expect(stdout).not.toContain("sleep 61");
    });
  });

  it("passes the event on as it is, in ASCII", async () => {
    const data = {
      names: "Zoë Müller-Łukasiewicz ñ 王小明 😀👩‍👩‍👧 \u2028 \u0007 \u007f",
      quotes: "\"'`$(Get-Date)\\ %PATH% {0}",
      nothing: null,
      blank: "",
      one: ["a"],
      none: [],
      lists: [[1], []],
      objects: [{ a: [{ b: null }] }],
      numbers: [0, -1, 1.5, 12345678901],
      switches: [true, false],
      date: "2026-03-01T00:00:00.0000000",
      windowsDate: "2026-03-01T00:00:00+01:00",
      empty: {},
      deep: Array.from({ length: 25 }).reduce<unknown>((inner) => ({ inner }), "deep"),
    };
    const result = await runs(
      `const bytes = read();
       const { actionContext, personContext, outputContext } = JSON.parse(bytes);
       const isAscii = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
       answer({ Data: actionContext.Data, PreviousData: { isAscii, personContext, outputContext } });`,
      { data, settings: "Set-StrictMode -Version Latest" },
    );
    expect(result.outputContext).toMatchObject({ Success: true });
    expect(result.outputContext?.["Data"]).toEqual(data);
    expect(result.outputContext?.["PreviousData"]).toEqual({
      isAscii: true,
      personContext: { Person: { DisplayName: "Zoë 😀" } },
      outputContext: { Data: { Guid: null } },
    });
  });

  it("passes on 5 MB of text that is not ASCII, both ways", async () => {
    const data = { text: "é王😀x".repeat(500_000) };
    const code = "answer({ Data: JSON.parse(read()).actionContext.Data })";
    const result = await runs(code, { data });
    expect(result.outputContext).toMatchObject({ Success: true });
    expect((result.outputContext?.["Data"] as { text: string }).text === data.text).toBe(true);
  });

  it("passes on dates as dates, where PowerShell made them of text", async () => {
    const code = "answer({ Data: JSON.parse(read()).actionContext.Data })";
    const options = { data: { start: "2026-03-01T00:00:00Z" }, datesAsObjects: true };
    const { outputContext } = await runs(code, options);
    expect(outputContext).toMatchObject({ Data: { start: "2026-03-01T00:00:00Z" } });
  });

  it("writes lists as lists when Windows PowerShell's type table adds a Count", async () => {
    const code = "answer({ Data: JSON.parse(read()).actionContext.Data })";
    const settings =
      "Update-TypeData -TypeName System.Array -MemberName Count -MemberType AliasProperty -Value Length -Force; " +
      "$actionContext.Data.list = New-Object psobject (,@(1, 2))";
    const { outputContext } = await runs(code, { data: { list: [] }, settings });
    expect(outputContext).toMatchObject({ Data: { list: [1, 2] } });
  });

  describe("sorts the log:", () => {
    const code = `log("information", "I"); log("warning", "W"); log("error", "E"); log("verbose", "V");
      process.stderr.write("Error: it broke with ${secret}\\n    at file:1\\n\\n");
      answer({ Success: false, AuditLogs: [{ Message: "E", IsError: true }] }); process.exitCode = 1;`;

    it("the errors of an action are warnings", async () => {
      const run = await runs(code, { settings: "$VerbosePreference = 'Continue'" });
      expect(run).toMatchObject({
        information: ["I"],
        warning: ["W", "E", "Error: it broke with [secret]", "    at file:1"],
        error: [],
        outputContext: { Success: false, AuditLogs: [{ Message: "E", IsError: true }] },
      });
      expect(run.verbose).toContain("V");
    });

    it.each(["lifecycle/import", "permissions/groups/permissions"])(
      "those of %s are errors",
      async (action) => {
        const run = await runs(code, { action, settings: "$ErrorActionPreference = 'Stop'" });
        expect(run).toMatchObject({ error: ["E"], thrown: null });
      },
    );
  });

  describe("of an import", () => {
    const action = "permissions/groups/importPermission";
    it("passes on the records one by one, each as it is", async () => {
      const result = await runs(
        `print({ record: { AccountReferences: ["a"], DisplayName: "é" } });
         print({ record: { AccountReferences: ["b", "c"], Description: null } });
         answer();`,
        { action, isImport: true, settings: "Set-StrictMode -Version Latest" },
      );
      expect(result).toMatchObject({ thrown: null, error: [], warning: [], outputContext: null });
      expect(result.records).toEqual([
        { AccountReferences: ["a"], DisplayName: "é" },
        { AccountReferences: ["b", "c"], Description: null },
      ]);
    });

    it("reports an error when the answer is missing, after the records that came", async () => {
      const result = await runs("print({ record: { Id: 1 } }); die()", { action, isImport: true });
      expect(result.records).toEqual([{ Id: 1 }]);
      expect(result.error).toEqual([
        `The connector ended without an answer (exit code 137). ${unknown}`,
      ]);
    });

    it("keeps up with a log and many records at once", async () => {
      const result = await runs(
        `for (let i = 0; i < 20000; i++) {
           print({ record: { i } });
           if (i % 10 === 0) log("verbose", "x".repeat(500));
         }
         answer();`,
        { action, isImport: true },
      );
      expect(result.records).toHaveLength(20_000);
      expect(result.error).toEqual([]);
    });
  });

  it("adds to the lists that the platform prepared", async () => {
    const code = `answer({ AuditLogs: [{ Message: "one", IsError: false }],
      SubPermissions: [{ DisplayName: "d", Reference: { Id: "1" } }], NonUniqueFields: ["a"] });`;
    const { listsKept, outputContext } = await runs(code);
    expect(listsKept).toBe(true);
    expect(outputContext).toMatchObject({
      Success: true,
      AuditLogs: [{ Message: "one", IsError: false }],
      SubPermissions: [{ DisplayName: "d", Reference: { Id: "1" } }],
      NonUniqueFields: ["a"],
      Data: { Guid: null },
    });
  });

  it("shows no secret on the command line or in the environment", async () => {
    const code = `const seen = fs.readFileSync("/proc/self/cmdline") + fs.readFileSync("/proc/self/environ");
      answer({ Data: { seen: seen.includes("${secret}"), read: String(read()).includes("${secret}") } });`;
    const { outputContext } = await runs(code);
    expect(outputContext).toMatchObject({ Data: { seen: false, read: true } });
  });

  it("is ASCII", () => {
    for (const action of inject("actions"))
      expect(readFileSync(path.join(dist, "helloid", `${action}.ps1`), "latin1"), action).toMatch(
        /^[\n\x20-\x7e]*$/,
      );
  });
});
