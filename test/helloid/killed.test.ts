import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { Bench, guidOf } from "../bench.ts";
import { permissionEventFor } from "../events.ts";
import { runBridge } from "./bridge.ts";
import { startPlatform, type ScriptRun } from "./platform.ts";

const program = inject("powerShell");
const dist = inject("dist");
const action = "permissions/groups/grantPermission";
const bundle = path.join(dist, `${action}.mjs`);
/** Of the bundle, so that one that is left alone ends soon. */
const deadlineMs = 4_000;

/** The processes that run the bundle. */
function bundles(): number[] {
  return processes().filter((pid) => read(`/proc/${pid}/cmdline`).includes(bundle));
}

/** A process and its children that run PowerShell: as a .NET tool it has a process that only starts it. */
function powerShells(pid: number | undefined): number[] {
  return processes().filter(
    (each) =>
      each === pid ||
      (read(`/proc/${each}/stat`).split(") ").at(-1)?.split(" ")[1] === String(pid) &&
        read(`/proc/${each}/cmdline`).includes("platform.ps1")),
  );
}

function processes(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended in the meantime.
    return "";
  }
}

async function until(isTrue: () => boolean, withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs;
  while (!isTrue() && Date.now() < end) await delay(20);
  return isTrue();
}

describe.skipIf(program === "")("a run that is killed while its request is on the way", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open();
  });
  afterAll(() => bench.close());

  /** Starts a grant (token, reads, change) that hangs at its nth request, and waits until that request is there. */
  async function hanging(nth: number): Promise<{
    running: Promise<ScriptRun>;
    kill(): void;
    close(): void;
  }> {
    bench.reset();
    bench.emulator.setFaults([{ match: { nth }, hang: true }]);
    const platform = startPlatform(program);
    const permission = { Id: guidOf("Newsletter") };
    const running = runBridge(
      platform,
      dist,
      action,
      permissionEventFor(bench.running, { permission }),
      { env: { ...bench.urls, EXO_CONNECTOR_DEADLINE_MS: String(deadlineMs) } },
    );
    // Whoever waits for it sees the rejection.
    running.catch(() => undefined);
    const isThere = (): boolean => bench.emulator.journal().length >= nth;
    expect(await until(isThere, 20_000)).toBe(true);
    return {
      running,
      kill() {
        for (const pid of powerShells(platform.process.pid)) process.kill(pid, "SIGKILL");
      },
      close() {
        platform.close();
      },
    };
  }

  it.each([1, 2, 3])("has no success when the bundle is killed: request %d", async (nth) => {
    const { running, close } = await hanging(nth);
    for (const pid of bundles()) process.kill(pid, "SIGKILL");
    const { outputContext } = await running;
    expect(outputContext?.["Success"]).toBe(false);
    expect(outputContext?.["AuditLogs"]).toEqual([
      {
        Message: expect.stringMatching(/It is unknown whether anything was changed\.$/) as string,
        IsError: true,
      },
    ]);
    close();
  });

  it.each([1, 3])("has no success when PowerShell is killed: request %d", async (nth) => {
    const { running, kill } = await hanging(nth);
    expect(bundles()).toHaveLength(1);
    kill();
    await expect(running).rejects.toThrow("PowerShell ended.");
    // No one is left to end the bundle: it ends by itself.
    expect(await until(() => bundles().length === 0, deadlineMs + 2_000)).toBe(true);
  });
});
