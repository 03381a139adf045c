/** An access token that processes share on the disk: bundles on a tenant whose journal counts the sign-ins. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { runBundle } from "../../tools/cli/run.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { createEventFor } from "../events.ts";

let running: RunningEmulator;
let folder = "";
beforeAll(async () => {
  running = await startEmulator();
  folder = path.join(mkdtempSync(path.join(tmpdir(), "exo-tokens-")), "state");
  mkdirSync(folder, { mode: 0o700 });
});
afterAll(async () => {
  await running.close();
  rmSync(path.dirname(folder), { recursive: true });
});

const signIns = (): number =>
  running.emulator.journal().filter(({ side }) => side === "login").length;

it("a token is requested by one process while others wait, and by another when that one was killed", async () => {
  const dist = inject("dist");
  const env = { ...running.env, EXO_CONNECTOR_STATE: folder };
  running.emulator.setFaults([{ match: { side: "login" }, delayMs: 700 }]);
  const killed = await runBundle("lifecycle/create", createEventFor(running), {
    dist,
    env,
    started: (kill) =>
      void (async () => {
        while (signIns() === 0 && readdirSync(folder).length === 0)
          await new Promise((next) => setTimeout(next, 10));
        kill("SIGKILL");
      })(),
  });
  expect(killed.code).toBeNull();
  running.emulator.clearJournal();
  const runs = await Promise.all(
    [1, 2, 3, 4].map(() => runBundle("lifecycle/create", createEventFor(running), { dist, env })),
  );
  for (const { answer } of runs) expect((answer as Answer).outputContext.Success).toBe(true);
  expect(signIns()).toBe(1);
});
