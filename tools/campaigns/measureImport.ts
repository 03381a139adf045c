/**
 * `npm run measure:import [-- entra | entra-mailboxes]`: the peak memory and time of an import of 10,000 and of 100,000
 * accounts: mailboxes, or users of Entra ID without or with fields of their mailboxes. Each is run several times, as a
 * process of its own, and the medians are compared: when the collector runs first differs. Every request takes as long
 * as in a tenant that is far away. The time is compared with what the tenant took to answer all requests one after the
 * other: that latency, and the time in which the emulator makes a page.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { manyMailboxes } from "../../test/emulator/seed.ts";
import { startEmulator } from "../../test/emulator/server.ts";
import { buildBundles } from "../build/bundles.ts";
import { importEventFor } from "../cli/demoEvents.ts";
import { median } from "./median.ts";

const allowed = { memory: 1.3, time: 1.1 };
const requestMs = 200;
const root = path.resolve(import.meta.dirname, "../..");
/** What is imported: the action, the fields, and the settings of the form. */
const kinds: Record<string, { action: string; fields?: string[]; hasExchange?: true }> = {
  mailboxes: { action: "lifecycle/import" },
  entra: {
    action: "lifecycle/entra/import",
    fields: ["userPrincipalName", "displayName", "accountEnabled", "jobTitle", "department"],
  },
  "entra-mailboxes": {
    action: "lifecycle/entra/import",
    fields: ["userPrincipalName", "exchangeOnline.HiddenFromAddressListsEnabled"],
    hasExchange: true,
  },
};
const [name = "mailboxes"] = process.argv.slice(2);
const kind = kinds[name];
if (!kind) throw new Error(`${name} is not known; expected ${Object.keys(kinds).join(", ")}.`);
const { action, fields, hasExchange } = kind;

await buildBundles();
const small = await medianOf(10_000);
const large = await medianOf(100_000);
const memory = large.peakMb / small.peakMb;
const time = large.ms / large.answeringMs;
const ideal = large.ms / large.idealMs;
console.log(
  `${name}: median peak memory ${small.peakMb.toFixed(0)} MB for 10,000, ${large.peakMb.toFixed(0)} MB for 100,000: ` +
    `${memory.toFixed(2)} times (allowed: ${allowed.memory}); ${(large.ms / 1000).toFixed(1)} s for 100,000, ` +
    `${time.toFixed(2)} times what the tenant took to answer (allowed: ${allowed.time}), ` +
    `${ideal.toFixed(2)} times the latency alone`,
);
process.exitCode = memory <= allowed.memory && time <= allowed.time ? 0 : 1;

interface Measured {
  peakMb: number;
  ms: number;
  /** What the tenant took to answer all requests. */
  answeringMs: number;
  /** The latency of all requests. */
  idealMs: number;
}

async function medianOf(count: number): Promise<Measured> {
  const runs: Measured[] = [];
  for (let run = 0; run < 3; run++) runs.push(await importOf(count));
  const middle = (of: keyof Measured): number => median(runs.map((one) => one[of]));
  return {
    peakMb: middle("peakMb"),
    ms: middle("ms"),
    answeringMs: middle("answeringMs"),
    idealMs: middle("idealMs"),
  };
}

async function importOf(count: number): Promise<Measured> {
  const state = manyMailboxes(count);
  state.behaviour.requestMs = requestMs;
  const emulator = await startEmulator({ state });
  const begin = performance.now();
  const child = spawn(
    process.execPath,
    [
      "--import",
      `data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+"\\n"))`,
      path.join(root, `dist/${action}.mjs`),
    ],
    {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        ...emulator.env,
      },
    },
  );
  const event = importEventFor(emulator);
  const { actionContext } = event;
  if (fields) actionContext.ImportFields = fields;
  if (hasExchange) actionContext.Configuration.exchangeOnlineIntegration = true;
  child.stdin.end(JSON.stringify(event));
  // The lines are only counted: this process is the tenant as well, and must not be busy with them. The answer is one.
  let records = -1;
  let last = "";
  let log = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    records += chunk.split("\n").length - 1;
    last = chunk.slice(-500);
  });
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  const ms = performance.now() - begin;
  const served = emulator.emulator.journal().filter(({ side }) => side !== "login");
  await emulator.close();
  const idealMs = served.length * requestMs;
  const answeringMs = served.reduce((sum, { ms: own = 0 }) => sum + own, 0);
  const peakMb = Number(/peak (\d+)/.exec(log)?.[1]) / 1024;
  if (code !== 0 || records !== count)
    throw new Error(
      `${records} of ${count} accounts were imported, exit code ${String(code)}: ${last}\n${log}`,
    );
  console.log(
    `${count} accounts: ${served.length} requests, ${(ms / 1000).toFixed(1)} s, peak memory ${peakMb.toFixed(0)} MB`,
  );
  return { peakMb, ms, answeringMs, idealMs };
}
