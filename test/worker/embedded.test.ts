/** The queue inside the process, through the command line: what is left by a worker that is killed. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { changeEventFor } from "../events.ts";
import { until } from "./opened.ts";
import { startWorker } from "./started.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe.skipIf(!inject("engine"))("an embedded queue", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "embedded-"));
  const place = ["--embedded", path.join(folder, "queue")];
  let running: RunningEmulator;

  beforeAll(async () => {
    running = await startEmulator();
  });
  afterAll(async () => {
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function exo(words: readonly string[], input = ""): { code: number | null; out: string } {
    const main = ["--import", "tsx", path.join(root, "tools/cli/main.ts")];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...main, ...words, ...place], {
      input,
      cwd: root,
      encoding: "utf8",
    });
    return { code: status, out: stdout + stderr };
  }

  it("goes on after its worker was killed, and answers", async () => {
    const lines = Array.from({ length: 20 }, (_, index) => {
      const event = changeEventFor(
        { ...running.emulator.credentials },
        { data: { CustomAttribute9: `${index}` } },
      );
      return JSON.stringify({ id: `event ${index}`, action: "lifecycle/update", event });
    });
    expect(exo(["queue", "send"], lines.join("\n"))).toEqual({
      code: 0,
      out: "Events added: 20. Left out, as they were sent before: 0.\n",
    });
    running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, delayMs: 100 }]);
    const first = await startWorker(place, { folder, env: running.env });
    await until(() => running.emulator.journal().some(({ cmdlet }) => cmdlet === "Set-Mailbox"));
    expect(exo(["queue", "status"])).toMatchObject({
      code: 2,
      out: expect.stringContaining(`is in use by process ${first.pid}`) as string,
    });
    first.kill("SIGKILL");
    await first.ended;
    const second = await startWorker([...place, "--until-empty"], { folder, env: running.env });
    expect(await second.ended).toBe(0);
    const { code, out } = exo(["queue", "status", "--json"]);
    expect({ code, stats: JSON.parse(out) as unknown }).toMatchObject({
      code: 0,
      stats: [{ tenant: running.emulator.credentials.tenantId, completed: 20, waiting: 0 }],
    });
    const values = running.emulator
      .journal()
      .filter(({ cmdlet, applied }) => cmdlet === "Set-Mailbox" && applied)
      .map(({ parameters }) => Number(parameters?.["CustomAttribute9"]));
    expect(values).toEqual([...values].sort((one, other) => one - other));
    expect(new Set(values).size).toBe(20);
    const answer = exo(["queue", "answer", "event 19", "--json"]);
    expect(JSON.parse(answer.out)).toMatchObject({
      id: "event 19",
      state: "completed",
      answer: { outcome: "done", outputContext: { Success: true } },
    });
    expect(exo(["queue", "answer", "event 20"])).toMatchObject({ code: 2 });
  });

  it("refuses lines that cannot be used, with their number", () => {
    const unknown = JSON.stringify({ id: "a", action: "lifecycle/creates", event: {} });
    const refused = exo(["queue", "send"], `\n${unknown}\n`);
    expect(refused.code).toBe(2);
    expect(refused.out).toMatch(
      /^Events added: 0\. Left out, as they were sent before: 0\.\nline 1: .*lifecycle\/creates/,
    );
    expect(exo(["queue", "send"], '{"id": "b", "event": {}}').out).toContain(
      "line 1: action is not a text",
    );
    expect(exo(["queue", "retry", "event 1"])).toMatchObject({ code: 2 });
  });
});
