import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { startEmulator, type RunningEmulator } from "../../test/emulator/server.ts";
import { story } from "../cli/demoEvents.ts";
import { runBundle } from "../cli/run.ts";
import { withBundles, type Built } from "./built.ts";
import { median, spread } from "./figures.ts";
import type { Findings, Part } from "./part.ts";

const action = "lifecycle/create";

/**
 * What a script for HelloID costs in addition to the bundle that it starts, without the start of PowerShell itself.
 * Needs pwsh: `EXO_TEST_PWSH`, or in the PATH.
 */
export const bridge: Part = {
  title: "A script for HelloID",
  measure: (effort, log) =>
    withBundles(async (built) => {
      const running = await startEmulator();
      try {
        return await measured(built, running, effort === "full" ? 20 : 3, log);
      } finally {
        await running.close();
      }
    }),
};

async function measured(
  { folder, dist }: Built,
  running: RunningEmulator,
  calls: number,
  log: (line: string) => void,
): Promise<Findings> {
  const { env } = running;
  const event = structuredClone(story(running)[0].event);
  const { actionContext } = event;
  Object.assign(actionContext.Configuration, {
    ConnectorPath: dist,
    NodePath: process.execPath,
  });
  const script = path.join(folder, "session.ps1");
  writeFileSync(script, sessionScript(dist, actionContext));

  const over = async (session: Session): Promise<number> => {
    const { ms, code } = await runBundle(action, event, { dist, env });
    if (code !== 0) throw new Error(`The bundle ended with exit code ${code}.`);
    return (await session.callMs()) - ms;
  };
  const first: number[] = [];
  for (let call = 0; call < calls; call++) {
    const session = startSession(script, env);
    first.push(await over(session));
    await session.close();
  }
  log(`${calls} first calls`);
  const later: number[] = [];
  const session = startSession(script, env);
  await session.callMs();
  for (let call = 0; call < calls; call++) later.push(await over(session));
  await session.close();
  log(`${calls} later calls`);
  return findingsOf(first, later);
}

function findingsOf(first: number[], later: number[]): Findings {
  return {
    about: [
      `Median of ${first.length} calls, each next to a run of the bundle itself. The first call in a PowerShell ` +
        "loads its cmdlets for JSON, among others.",
    ],
    tables: [
      {
        title: "Milliseconds in addition to the bundle",
        columns: ["Call", "Median", "Middle half"],
        rows: [
          ["the first one", Math.round(median(first)), spread(first)],
          ["a later one in the same PowerShell", Math.round(median(later)), spread(later)],
        ],
      },
    ],
    limits: [
      { what: "the first call (ms)", figure: median(first), atMost: 250 },
      { what: "a later call (ms)", figure: median(later), atMost: 50 },
    ],
    pictures: [],
  };
}

/** Prepares the objects without a JSON cmdlet, so that the script is the first to load them. One call for each line. */
function sessionScript(dist: string, actionContext: unknown): string {
  return `$script = [scriptblock]::Create([IO.File]::ReadAllText('${dist}/helloid/${action}.ps1'))
while ($null -ne [Console]::In.ReadLine()) {
  $actionContext = ${literal(actionContext)}
  $outputContext = [PSCustomObject]@{ Success = $null; Data = $null; AccountReference = $null
    AccountCorrelated = $false; AuditLogs = [Collections.Generic.List[object]]::new() }
  $watch = [Diagnostics.Stopwatch]::StartNew()
  & $script 6>$null
  [Console]::WriteLine("$($watch.Elapsed.TotalMilliseconds) $($outputContext.Success)")
}`;
}

/** A PowerShell that runs the script again and again. */
interface Session {
  callMs(): Promise<number>;
  close(): Promise<void>;
}

function startSession(script: string, env: Record<string, string>): Session {
  const child = spawn(process.env["EXO_TEST_PWSH"] ?? "pwsh", ["-NoProfile", "-File", script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const started = new Promise((_, reject) => child.on("error", reject));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async callMs() {
      child.stdin.write("\n");
      const { value } = (await Promise.race([lines.next(), started])) as { value?: string };
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
