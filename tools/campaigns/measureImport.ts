/**
 * `npm run measure:import`: the peak memory and time of an import of 1,000 and of 100,000
 * mailboxes. Each is run five times, as a process of its own, and the medians are compared: when
 * the collector runs first, a small import peaks at 80 or at 105 MB.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { manyMailboxes } from "../../test/emulator/seed.ts";
import { startEmulator } from "../../test/emulator/server.ts";
import { buildBundles } from "../build/bundles.ts";
import { importEventFor } from "../cli/demoEvents.ts";

const allowed = 1.3;
const root = path.resolve(import.meta.dirname, "../..");
await buildBundles();
const small = await medianPeakOf(1_000);
const large = await medianPeakOf(100_000);
const ratio = large / small;
console.log(
  `median peak memory: ${small.toFixed(0)} MB for 1,000, ${large.toFixed(0)} MB for ` +
    `100,000: ${ratio.toFixed(2)} times; allowed: ${allowed}`,
);
process.exitCode = ratio <= allowed ? 0 : 1;

async function medianPeakOf(count: number): Promise<number> {
  const peaks: number[] = [];
  for (let run = 0; run < 5; run++) peaks.push(await importOf(count));
  return peaks.sort((a, b) => a - b)[2] ?? NaN;
}

async function importOf(count: number): Promise<number> {
  const emulator = await startEmulator({ state: manyMailboxes(count) });
  const begin = performance.now();
  const child = spawn(
    process.execPath,
    [
      "--import",
      `data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+"\\n"))`,
      path.join(root, "dist/lifecycle/import.mjs"),
    ],
    {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        ...emulator.env,
      },
    },
  );
  child.stdin.end(JSON.stringify(importEventFor(emulator)));
  let records = 0;
  let last = "";
  let log = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith('{"record"')) records++;
    last = line;
  });
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  await emulator.close();
  const seconds = (performance.now() - begin) / 1000;
  const { stats } = JSON.parse(last) as { stats: { requests: number } };
  const peakMb = Number(/peak (\d+)/.exec(log)?.[1]) / 1024;
  if (code !== 0 || records !== count)
    throw new Error(
      `${records} of ${count} mailboxes were imported, exit code ${String(code)}: ${last}\n${log}`,
    );
  console.log(
    `${count} mailboxes: ${records} records, ${stats.requests} requests, ` +
      `${seconds.toFixed(1)} s, peak memory ${peakMb.toFixed(0)} MB`,
  );
  return peakMb;
}
