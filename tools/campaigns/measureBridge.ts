/**
 * `npm run measure:bridge`: what a bridge script costs in addition to the bundle that it starts, side by side: the
 * first call in a PowerShell, without the start of PowerShell itself, and later calls in the same one. Needs pwsh
 * (EXO_TEST_PWSH, or in the PATH).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { startEmulator } from "../../test/emulator/server.ts";
import { buildBundles } from "../build/bundles.ts";
import { story } from "../cli/demoEvents.ts";
import { runBundle } from "../cli/run.ts";
import { median } from "./median.ts";

const calls = 20;
const allowedMs = { first: 250, later: 50 };
const action = "lifecycle/create";
const root = path.resolve(import.meta.dirname, "../..");
const dist = path.join(root, "dist");

await buildBundles(dist);
const running = await startEmulator();
const folder = mkdtempSync(path.join(tmpdir(), "measure-bridge-"));
const { env } = running;
const event = structuredClone(story(running)[0].event);
const { actionContext } = event;
Object.assign(actionContext.Configuration, { ConnectorPath: dist, NodePath: process.execPath });

/** Prepares the objects without a JSON cmdlet, so that the script is the first to load them. One call for each line. */
const session = path.join(folder, "session.ps1");
writeFileSync(
  session,
  `$script = [scriptblock]::Create([IO.File]::ReadAllText('${dist}/helloid/${action}.ps1'))
while ($null -ne [Console]::In.ReadLine()) {
  $actionContext = ${literal(actionContext)}
  $outputContext = [PSCustomObject]@{ Success = $null; Data = $null; AccountReference = $null
    AccountCorrelated = $false; AuditLogs = [Collections.Generic.List[object]]::new() }
  $watch = [Diagnostics.Stopwatch]::StartNew()
  & $script 6>$null
  [Console]::WriteLine("$($watch.Elapsed.TotalMilliseconds) $($outputContext.Success)")
}`,
);

const first: number[] = [];
const later: number[] = [];
for (let call = 0; call < calls; call++) {
  const bare = await bundleMs();
  const { callMs, close } = startSession();
  first.push((await callMs()) - bare);
  await close();
}
const { callMs, close } = startSession();
await callMs();
for (let call = 0; call < calls; call++) {
  const bare = await bundleMs();
  later.push((await callMs()) - bare);
}
await close();
await running.close();
rmSync(folder, { recursive: true, force: true });

const medians = { first: Math.round(median(first)), later: Math.round(median(later)) };
console.log(
  `Bridge over bundle, median of ${calls}: first call ${medians.first} ms, later ${medians.later} ms`,
);
if (medians.first > allowedMs.first || medians.later > allowedMs.later) {
  console.error(`Allowed: ${allowedMs.first} ms and ${allowedMs.later} ms.`);
  process.exitCode = 1;
}

async function bundleMs(): Promise<number> {
  const { ms, code } = await runBundle(action, event, { dist, env });
  if (code !== 0) throw new Error(`The bundle ended with exit code ${code}.`);
  return ms;
}

function startSession(): { callMs(): Promise<number>; close(): Promise<void> } {
  const child = spawn(process.env["EXO_TEST_PWSH"] ?? "pwsh", ["-NoProfile", "-File", session], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async callMs() {
      child.stdin.write("\n");
      const { value } = (await lines.next()) as { value?: string };
      const [ms, success] = (value ?? "").split(" ");
      if (success !== "True") throw new Error(`The bridge script did not succeed: ${value}`);
      return Number(ms);
    },
    async close() {
      child.stdin.end();
      await once(child, "close");
    },
  };
}

/** A value as PowerShell source. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return "$null";
  if (typeof value === "boolean") return value ? "$true" : "$false";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (Array.isArray(value)) return `@(${value.map(literal).join(", ")})`;
  if (typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `'${name}' = ${literal(member)}`);
  return `[PSCustomObject]@{ ${members.join("; ")} }`;
}
