/** How the bundles load their chunks: what is compiled beforehand, and what is loaded late or never. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { runBundle, type BundleRun } from "../tools/cli/run.ts";
import { startEmulator, type RunningEmulator } from "./emulator/server.ts";
import { seedState } from "./emulator/seed.ts";
import type { Answer } from "../lib/host/answer.ts";
import { createEventFor, readingEventFor } from "./events.ts";
import { certificateFor, pfxPassword } from "./doctor/clinic.ts";

const action = "lifecycle/create";
let running: RunningEmulator;
let dist = "";
beforeAll(async () => {
  running = await startEmulator();
  dist = mkdtempSync(path.join(tmpdir(), "chunks-"));
  cpSync(inject("dist"), dist, { recursive: true });
});
afterAll(async () => {
  await running.close();
  rmSync(dist, { recursive: true, force: true });
});

interface Choices {
  event?: unknown;
  env?: Record<string, string>;
  preload?: string;
}
const run = ({
  event = createEventFor(running),
  env = {},
  ...options
}: Choices = {}): Promise<BundleRun> =>
  runBundle(action, event, { dist, env: { ...running.env, ...env }, ...options });
const compiledFiles = (): string[] =>
  readdirSync(path.join(dist, "compiled"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".bin"))
    .map((file) => path.join(dist, "compiled", file));

/** Tells on stderr how V8 took the compiled code of each script: true, false, or undefined without any. */
const watched = `data:text/javascript,${encodeURIComponent(`
import vm from "node:vm";
import { syncBuiltinESMExports } from "node:module";
const { Script } = vm;
vm.Script = class extends Script {
  constructor(...values) {
    super(...values);
    process.stderr.write(JSON.stringify({ level: "verbose", message: "rejected: " + this.cachedDataRejected }) + "\\n");
  }
};
syncBuiltinESMExports();
`)}`;

async function taken(): Promise<Set<string>> {
  const { answer, log } = await run({ preload: watched });
  expect(answer).toHaveProperty("outputContext.Success", true);
  return new Set(log.flatMap(({ message }) => /^rejected: (.*)$/.exec(message)?.[1] ?? []));
}

describe("compiled chunks", () => {
  it("are all taken by V8, in every part of an event", async () => {
    expect([...(await taken())]).toEqual(["false"]);
  });

  it("are made for the Node that runs, and replace what was there", () => {
    const before = compiledFiles();
    const [first = ""] = before;
    writeFileSync(first, "");
    const output = execFileSync(process.execPath, [path.join(dist, "precompile.cjs")]).toString();
    expect(output).toContain(
      `compiled for Node.js ${process.version}: ${path.join(dist, "compiled")}`,
    );
    expect(compiledFiles()).toEqual(before);
    expect(readFileSync(first).length).toBeGreaterThan(100);
  });

  it("are not taken when the chunk is another one of the same length", async () => {
    const chunk = path.join(dist, "chunks/lifecycle/create.cjs");
    const source = readFileSync(chunk, "utf8");
    const other = source.replace("HiddenFromAddressListsEnabled", "HiddenFromAddressListsEnableD");
    expect(other).not.toBe(source);
    writeFileSync(chunk, other);
    expect([...(await taken())].sort()).toEqual(["false", "undefined"]);
    writeFileSync(chunk, source);
  });

  it("are not needed, whatever is wrong with them", async () => {
    for (const file of compiledFiles()) writeFileSync(file, readFileSync(file).subarray(0, 2000));
    expect([...(await taken())].sort()).toContain("true");
    const folder = path.join(dist, "compiled");
    renameSync(folder, `${folder}.away`);
    expect([...(await taken())]).toEqual(["undefined"]);
    renameSync(`${folder}.away`, folder);
  });
});

describe("what the bundles load late", () => {
  const isSuccess = ({ answer }: BundleRun): boolean => (answer as Answer).outputContext.Success;
  const without = (chunk: string): void => rmSync(path.join(dist, `chunks/${chunk}.cjs`));

  it("is the parser for processors without SIMD", async () => {
    const noSimd = { UNDICI_NO_WASM_SIMD: "1" };
    expect(isSuccess(await run({ env: noSimd }))).toBe(true);
    without("llhttp-wasm");
    expect(isSuccess(await run({ env: noSimd }))).toBe(false);
    expect(isSuccess(await run())).toBe(true);
  });

  it("is the client of Microsoft Graph, for an event that uses Exchange Online only", async () => {
    const chunks = path.join(dist, "chunks");
    const clients = readdirSync(chunks).filter((file) => /^graph-\w+\.cjs$/.test(file));
    expect(clients).toHaveLength(1);
    const client = path.join(chunks, String(clients[0]));
    const stored = readFileSync(client);
    rmSync(client);
    expect(isSuccess(await run())).toBe(true);
    const listed = (): Promise<BundleRun> =>
      runBundle("permissions/licences/permissions", readingEventFor(running), {
        dist,
        env: running.env,
      });
    expect(isSuccess(await listed())).toBe(false);
    writeFileSync(client, stored);
    expect(isSuccess(await listed())).toBe(true);
  });

  it("is what signs in with a certificate", async () => {
    const { pem, pfx } = certificateFor(-300, 100);
    const state = seedState();
    for (const app of state.apps) app.certificates = [pem];
    running.emulator.replaceState(state);
    const event = createEventFor(running, {
      configuration: {
        UseCertificate: true,
        AppCertificateBase64String: pfx,
        AppCertificatePassword: pfxPassword,
      },
    });
    expect(isSuccess(await run({ event }))).toBe(true);
    without("jsonwebtoken");
    expect(isSuccess(await run({ event }))).toBe(false);
    expect(isSuccess(await run())).toBe(true);
  });
});
