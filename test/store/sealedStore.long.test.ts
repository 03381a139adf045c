import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Readable } from "node:stream";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sealedStore } from "../../lib/store/sealedStore.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";

let place = "";
let folder = "";
let program = "";
beforeAll(async () => {
  place = mkdtempSync(path.join(tmpdir(), "exo-processes-"));
  program = path.join(place, "program.mjs");
  const entry = path.join(import.meta.dirname, "storeProcess.ts");
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
  });
});
beforeEach(() => void (folder = mkdtempSync(path.join(place, "state-"))));
afterAll(() => rmSync(place, { recursive: true }));

interface Run {
  child: ChildProcessByStdio<null, Readable, null>;
  /** What it has reported as written. */
  written: string[];
  ended: Promise<unknown>;
}

function started(id: string, count: number): Run {
  const child = spawn(process.execPath, [program, folder, id, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const written: string[] = [];
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => written.push(...text.trim().split("\n")));
  return { child, written, ended: once(child, "close") };
}

async function stored(): Promise<unknown> {
  const holder = { material: "secret", label: "client secret" };
  return await sealedStore({
    folder,
    name: "link-1",
    binding: "b",
    holder,
    owner: thisAccount(),
  }).read();
}

describe("a sealed store that many processes change", () => {
  it("loses no change of 200 processes at once", async () => {
    const runs = Array.from({ length: 200 }, (_, index) => started(`p${index}`, 1));
    await Promise.all(runs.map(({ ended }) => ended));
    expect(runs.map(({ child }) => child.exitCode)).toEqual(runs.map(() => 0));
    const all = runs.flatMap(({ written }) => written);
    expect(all).toHaveLength(200);
    expect([...((await stored()) as string[])].sort()).toEqual([...all].sort());
    // The latest two states, and nothing unfinished.
    expect(readdirSync(folder).filter((name) => !name.endsWith(".sealed"))).toEqual([]);
    expect(readdirSync(folder).length).toBeLessThanOrEqual(3);
  });

  it("keeps every change that was reported, however processes are killed", async () => {
    const reported: string[] = [];
    // A slow machine writes little in a round: what counts is how much was written and had to be kept.
    for (let round = 0; reported.length < 100; round++) {
      const runs = Array.from({ length: 8 }, (_, index) => started(`r${round}p${index}`, 1000));
      // At any moment from the first change on.
      await Promise.race(runs.map(({ child: { stdout } }) => once(stdout, "data")));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
      for (const { child } of runs) child.kill("SIGKILL");
      await Promise.all(runs.map(({ ended }) => ended));
      reported.push(...runs.flatMap(({ written }) => written));
      const kept = new Set((await stored()) as string[]);
      expect(reported.filter((name) => !kept.has(name))).toEqual([]);
    }
  });
});
