/** The bridge sends events to a service instead of starting Node.js. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { accountImportFor, createEventFor } from "../events.ts";
import { scriptOf } from "./bridge.ts";
import { startPlatform, type Platform, type ScriptRun } from "./platform.ts";

const program = inject("powerShell");
const folder = mkdtempSync(path.join(tmpdir(), "bridge serve "));
const file = path.join(folder, "private", "serve.json");

describe.skipIf(program === "")("the bridge with a service", () => {
  let running: RunningEmulator;
  let platform: Platform;
  let service: ChildProcess;
  const dist = inject("dist");

  beforeAll(async () => {
    running = await startEmulator();
    platform = startPlatform(program);
    service = spawn(
      process.execPath,
      [path.join(dist, "exo-connector.mjs"), "serve", "--socket", file],
      { env: { PATH: process.env["PATH"] ?? "", ...running.env }, stdio: "ignore" },
    );
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 25_000, interval: 100 });
  });
  afterAll(async () => {
    if (service.exitCode === null) service.kill();
    platform.close();
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ran(action: string, event: unknown, ServeSocket = file): Promise<ScriptRun> {
    const { actionContext, ...others } = event as {
      actionContext: { Configuration: Record<string, unknown> };
    };
    // No bundle could be started.
    const Configuration = { ...actionContext.Configuration, ServeSocket, ConnectorPath: "/none" };
    const sent = { ...others, actionContext: { ...actionContext, Configuration } };
    return await platform.run(scriptOf(action, dist), sent, {});
  }

  it("takes over its answer, its log and its records", async () => {
    const run = await ran("lifecycle/create", createEventFor(running));
    expect(run.thrown).toBe(null);
    expect(run.outputContext).toMatchObject({
      Success: true,
      AccountReference: "0b1ec700-0000-4000-8000-000000000001",
    });
    expect(run.information.join()).toContain("Correlated with mailbox");
    const imported = await ran("lifecycle/import", accountImportFor(running));
    expect(imported.outputContext).toMatchObject({ Success: true });
    expect(imported.records.length).toBeGreaterThan(20);
  });

  it("finds the address in a file that only its owner can read", () => {
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(path.dirname(file)).mode & 0o077).toBe(0);
  });

  const messagesOf = ({ outputContext }: ScriptRun): string =>
    ((outputContext?.["AuditLogs"] ?? []) as { Message: string }[])
      .map(({ Message }) => Message)
      .join(" ");

  it("fails with a wrong secret, and nothing is sent to the tenant", async () => {
    const other = path.join(folder, "other.json");
    const address = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(other, JSON.stringify({ ...address, secret: "wrong" }));
    running.emulator.clearJournal();
    const run = await ran("lifecycle/create", createEventFor(running), other);
    expect(run.outputContext).toMatchObject({ Success: false });
    expect(messagesOf(run)).toMatch(
      /^The service refused the event: .*401.* Nothing was changed\.$/,
    );
    expect(running.emulator.journal()).toEqual([]);
  });

  it("fails when there is no service, and starts no bundle", async () => {
    const left = path.join(folder, "left.json");
    writeFileSync(left, readFileSync(file));
    service.kill("SIGTERM");
    const [code] = (await once(service, "exit")) as [number];
    expect(code).toBe(0);
    expect(existsSync(file)).toBe(false);
    running.emulator.clearJournal();
    const none = await ran("lifecycle/create", createEventFor(running));
    expect(messagesOf(none)).toContain(`The service does not run: there is no file ${file}.`);
    const run = await ran("lifecycle/create", createEventFor(running), left);
    expect(messagesOf(run)).toMatch(
      /^The service does not answer at http:\/\/127\.0\.0\.1:\d+\/v1/,
    );
    expect([none, run].map(({ outputContext }) => outputContext?.["Success"])).toEqual([
      false,
      false,
    ]);
    expect(running.emulator.journal()).toEqual([]);
  });
});
