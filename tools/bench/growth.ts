import { spawn } from "node:child_process";
import path from "node:path";
import { manyGroups, manyMailboxes, manySharedMailboxes } from "../../test/emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../../test/emulator/server.ts";
import type { State } from "../../test/emulator/state.ts";
import { TestClient } from "../../test/emulator/testClient.ts";
import { importEventFor, permissionImportFor, type Tenant } from "../cli/demoEvents.ts";
import { withBundles } from "./built.ts";
import { median } from "./figures.ts";
import type { Effort, Findings, Limit, Part } from "./part.ts";

/** An import that is measured for tenants of several sizes. */
interface Kind {
  name: string;
  action: string;
  /** Numbers of the things that grow; the first is what the others are compared with. */
  sizes: Record<Effort, number[]>;
  rounds: number;
  stateOf(size: number): State;
  eventFor(tenant: Tenant): unknown;
  /** Lines of records: exactly so many, or at least one. */
  records(size: number): number | undefined;
  requestMs?: number;
  cmdletMs?: number;
  /** What the largest one may be. */
  atMost?: { memory?: number; time?: number; seconds?: number; requests?: number };
}

interface Measured {
  peakMb: number;
  ms: number;
  requests: number;
  /** What the tenant took to answer all requests, one after the other. */
  answeringMs: number;
}

/** Three rights on so many shared mailboxes, among users who grow. */
const mailboxRights = (
  count: number,
): Pick<Kind, "action" | "rounds" | "stateOf" | "eventFor" | "records"> => ({
  action: "permissions/sharedMailboxes/importPermission",
  rounds: 3,
  stateOf: (users) => manySharedMailboxes(count, users),
  eventFor: (tenant) => permissionImportFor(tenant, { SharedMailboxReference: "separate" }),
  records: () => undefined,
});

const kinds: readonly Kind[] = [
  {
    name: "mailboxes as accounts",
    action: "lifecycle/import",
    sizes: { full: [10_000, 100_000, 1_000_000], quick: [1_000, 2_000] },
    rounds: 3,
    stateOf: manyMailboxes,
    eventFor: importEventFor,
    records: (size) => size,
    atMost: { memory: 1.3 },
  },
  {
    name: "users of Entra ID, 200 ms a request",
    action: "lifecycle/entra/import",
    sizes: { full: [10_000, 100_000], quick: [1_000, 2_000] },
    rounds: 3,
    stateOf: manyMailboxes,
    eventFor: (tenant) =>
      entraImportFor(tenant, ["displayName", "accountEnabled", "jobTitle", "department"]),
    records: (size) => size,
    requestMs: 200,
    atMost: { memory: 1.3, time: 1.1 },
  },
  {
    name: "users of Entra ID with a field of their mailboxes",
    action: "lifecycle/entra/import",
    sizes: { full: [10_000, 100_000], quick: [1_000, 2_000] },
    rounds: 3,
    stateOf: manyMailboxes,
    eventFor: (tenant) => {
      const event = entraImportFor(tenant, ["exchangeOnline.HiddenFromAddressListsEnabled"]);
      event.actionContext.Configuration.exchangeOnlineIntegration = true;
      return event;
    },
    records: (size) => size,
  },
  {
    name: "rights on 100 shared mailboxes among so many users",
    ...mailboxRights(100),
    sizes: { full: [10_000, 100_000, 500_000], quick: [1_000, 2_000] },
    atMost: { memory: 1.3 },
  },
  {
    name: "rights on 20 shared mailboxes among so many users, 80+20 ms",
    ...mailboxRights(20),
    sizes: { full: [100_000], quick: [1_000] },
    requestMs: 80,
    cmdletMs: 20,
    atMost: { seconds: 2, requests: 15 },
  },
  {
    name: "so many groups of 50 members",
    action: "permissions/groups/importPermission",
    sizes: { full: [100, 1_000, 10_000], quick: [10, 20] },
    rounds: 1,
    stateOf: (groups) => manyGroups(groups, 50, 2_000),
    eventFor: (tenant) => permissionImportFor(tenant),
    records: () => undefined,
  },
];

/** Imports from tenants that grow: memory and time. */
export const growth: Part = {
  title: "Imports from tenants that grow",
  measure: (effort, log) =>
    withBundles(async ({ dist }) => {
      const rows: Row[] = [];
      for (const kind of kinds) {
        const [base = 0] = kind.sizes[effort];
        for (const size of kind.sizes[effort]) {
          const row = { kind, size, base, ...(await middleOf(kind, size, dist)) };
          rows.push(row);
          log(`${kind.name}, ${size}: ${seconds(row.ms)} s, ${row.peakMb.toFixed(0)} MB`);
        }
      }
      return findingsOf(rows);
    }),
};

interface Row extends Measured {
  kind: Kind;
  size: number;
  base: number;
}

function entraImportFor(tenant: Tenant, fields: string[]): ReturnType<typeof importEventFor> {
  const event = importEventFor(tenant);
  event.actionContext.ImportFields = ["userPrincipalName", ...fields];
  return event;
}

async function middleOf(kind: Kind, size: number, dist: string): Promise<Measured> {
  const runs: Measured[] = [];
  const state = kind.stateOf(size);
  Object.assign(state.behaviour, {
    requestMs: kind.requestMs ?? 0,
    cmdletMs: kind.cmdletMs ?? 0,
  });
  for (let round = 0; round < kind.rounds; round++)
    runs.push(await measured(kind, size, { state, dist }));
  const middle = (of: keyof Measured): number => median(runs.map((run) => run[of]));
  return {
    peakMb: middle("peakMb"),
    ms: middle("ms"),
    requests: middle("requests"),
    answeringMs: middle("answeringMs"),
  };
}

/**
 * Tells the largest memory that the process had, in kB. On Linux, its `maxRSS` counts the memory of this process too,
 * which has the tenant in it: a process that is started shares it for a moment.
 */
const telling =
  `data:text/javascript,import{readFileSync}from"node:fs";process.on("exit",()=>process.stderr.write("peak "+(` +
  `process.platform==="linux"?parseInt(readFileSync("/proc/self/status","utf8").split("VmHWM:")[1])` +
  `:process.resourceUsage().maxRSS)+"\n"))`;

/**
 * Makes the emulated tenant find objects by their names: its index takes seconds for 100,000 users, and a tenant has
 * one. Returns the number of requests.
 */
async function indexed(running: RunningEmulator): Promise<number> {
  const client = new TestClient(running.emulator, (request) => fetch(request));
  await client.signIn();
  await client.invoke("Get-Recipient", { Identity: "no-one" });
  return running.emulator.journal().length;
}

/** Imports in a process of its own. Throws unless it succeeds and writes the right number of records. */
async function measured(
  { action, eventFor, records: expected }: Kind,
  size: number,
  { state, dist }: { state: State; dist: string },
): Promise<Measured> {
  const running = await startEmulator({ state });
  try {
    const before = await indexed(running);
    const begin = performance.now();
    const bundle = path.join(dist, `${action}.mjs`);
    const child = spawn(process.execPath, ["--import", telling, bundle], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "", ...running.env },
    });
    child.stdin.end(JSON.stringify(eventFor(running)));
    // The lines are only counted: this process is the tenant as well, and must not be busy with them.
    // One is the answer.
    let records = -1;
    let last = "";
    let log = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      records += chunk.split("\n").length - 1;
      last = chunk.slice(-500);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
    const code = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const ms = performance.now() - begin;
    if (code !== 0 || records < 1 || records !== (expected(size) ?? records))
      throw new Error(
        `${action}: ${records} records for ${size}, exit code ${String(code)}: ${last}\n${log}`,
      );
    const served = running.emulator
      .journal()
      .slice(before)
      .filter(({ side }) => side !== "login");
    return {
      peakMb: Number(/peak (\d+)/.exec(log)?.[1]) / 1024,
      ms,
      requests: served.length,
      answeringMs: served.reduce((sum, { ms: own = 0 }) => sum + own, 0),
    };
  } finally {
    await running.close();
  }
}

function findingsOf(rows: readonly Row[]): Findings {
  const baseOf = ({ kind, base }: Row): Row | undefined =>
    rows.find((one) => one.kind === kind && one.size === base);
  const memory = (row: Row): number => row.peakMb / (baseOf(row)?.peakMb ?? NaN);
  const largest = rows.filter(({ kind }, index) => rows[index + 1]?.kind !== kind);
  return {
    about: [
      "The median of three runs (groups: one), each in a process of its own, next to the emulated tenant. Memory " +
        "is the largest that the process had. Without a latency, the time is that of the processors.",
    ],
    tables: [
      {
        title: "Imports",
        columns: ["Import", "How many", "Seconds", "Requests", "Memory (MB)", "Times the smallest"],
        rows: rows.map((row) => [
          row.kind.name,
          row.size,
          seconds(row.ms),
          row.requests,
          Math.round(row.peakMb),
          memory(row),
        ]),
      },
    ],
    limits: largest.flatMap((row) => limitsOf(row, memory(row))),
    pictures: [
      {
        name: "growth",
        alt: `Memory in MB: ${rows.map(memoryText).join("; ")}.`,
        option: {
          title: { text: "Memory of an import (MB), by what the tenant has" },
          legend: { orient: "vertical" },
          grid: { top: 180 },
          xAxis: { type: "log" },
          yAxis: { type: "value", min: 0 },
          series: kinds
            .filter(({ sizes }) => sizes.full.length > 1)
            .map((kind) => ({
              name: kind.name,
              type: "line" as const,
              data: rows
                .filter((row) => row.kind === kind)
                .map(({ size, peakMb }) => [size, Math.round(peakMb)]),
            })),
        },
      },
    ],
  };
}

function memoryText({ kind, size, peakMb }: Row): string {
  return `${kind.name}, ${size}: ${peakMb.toFixed(0)}`;
}

function limitsOf(row: Row, memory: number): Limit[] {
  const { kind, size, ms, requests, answeringMs } = row;
  const what = `${kind.name} (${size})`;
  const { atMost = {} } = kind;
  return [
    { what: `${what}: memory, times the smallest`, figure: memory, atMost: atMost.memory },
    {
      what: `${what}: time, times what the tenant took to answer`,
      figure: ms / answeringMs,
      atMost: atMost.time,
    },
    { what: `${what}: seconds`, figure: ms / 1000, atMost: atMost.seconds },
    { what: `${what}: requests`, figure: requests, atMost: atMost.requests },
  ].flatMap(({ atMost: most, ...limit }) =>
    most === undefined ? [] : [{ ...limit, atMost: most }],
  );
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
