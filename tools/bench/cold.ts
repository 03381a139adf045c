import { spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { certificateFor, pfxPassword } from "../../test/doctor/clinic.ts";
import { isRecord } from "../../lib/record.ts";
import { withBundles, type Built } from "./built.ts";
import { earlierBundles, earlierCommit } from "./earlier.ts";
import { median, spread } from "./figures.ts";
import type { Effort, Findings, Part } from "./part.ts";
import { playedScenario, type Played } from "./played.ts";

const create = "lifecycle/create/already-hidden";
const actions = [
  "lifecycle/enable/changed",
  "permissions/groups/grantPermission/granted",
  "permissions/sharedMailboxes/grantPermission/one-right",
  "lifecycle/entra/create/correlated",
];

interface Case {
  name: string;
  file: string;
  played: Played;
  event?: unknown;
  env?: Record<string, string>;
  exitCode?: number;
}

/** An event that Node has to start for. */
export const cold: Part = {
  title: "An event that Node.js has to start for",
  measure: (effort, log) =>
    withBundles(async (built) => {
      const tenants: Played[] = [];
      const played: typeof playedScenario = async (...scenario) => {
        const one = await playedScenario(...scenario);
        tenants.push(one);
        return one;
      };
      try {
        return await findingsOf(await casesIn(built, played), effort, log);
      } finally {
        for (const { tenant } of tenants) await tenant.close();
      }
    }),
};

async function casesIn(
  { folder, dist }: Built,
  played: typeof playedScenario,
): Promise<{ cases: Case[]; bytesOf: (one: Case) => Promise<number> }> {
  const uncompiled = path.join(folder, "uncompiled");
  cpSync(dist, uncompiled, { recursive: true });
  rmSync(path.join(uncompiled, "compiled"), { recursive: true });
  const state = path.join(folder, "state");
  mkdirSync(state, { mode: 0o700 });
  const empty = path.join(folder, "empty.mjs");
  writeFileSync(empty, "");

  const joining = await played(create);
  const { pem, pfx } = certificateFor(-300, 100);
  const certified = await played(create, pem);
  const bundle = (of: Played, where = dist): { file: string; played: Played } => ({
    file: path.join(where, `${of.action}.mjs`),
    played: of,
  });
  const cases: Case[] = [
    { name: names.empty, file: empty, played: joining },
    { name: names.refused, ...bundle(joining), event: {}, exitCode: 2 },
    { name: names.stored, ...bundle(joining), env: { EXO_CONNECTOR_STATE: state } },
    { name: names.secret, ...bundle(joining) },
    { name: names.certificate, ...bundle(certified), event: withCertificate(certified.event, pfx) },
    { name: names.uncompiled, ...bundle(joining, uncompiled) },
    { name: names.earlier, ...bundle(joining, earlierBundles(path.join(folder, "earlier"))) },
  ];
  for (const name of actions) cases.push({ name, ...bundle(await played(name)) });
  return { cases, bytesOf: async (one) => (await run(one, ["--import", counting])).bytes };
}

const names = {
  empty: "an empty module",
  refused: "an event that is refused before any request",
  stored: "create, with a token on the disk",
  secret: "create, with a client secret",
  certificate: "create, with a certificate",
  uncompiled: "create, with a client secret, without compiled code",
  earlier: `create, with a client secret, bundle of ${earlierCommit}`,
};

function withCertificate(event: unknown, pfx: string): unknown {
  const changed = structuredClone(event);
  if (!isRecord(changed) || !isRecord(changed["actionContext"]))
    throw new Error("The event has no actionContext.");
  const configuration = changed["actionContext"]["Configuration"];
  if (!isRecord(configuration)) throw new Error("The event has no configuration.");
  return {
    ...changed,
    actionContext: {
      ...changed["actionContext"],
      Configuration: {
        ...configuration,
        UseCertificate: true,
        AppCertificateBase64String: pfx,
        AppCertificatePassword: pfxPassword,
      },
    },
  };
}

async function findingsOf(
  { cases, bytesOf }: { cases: Case[]; bytesOf: (one: Case) => Promise<number> },
  effort: Effort,
  log: (line: string) => void,
): Promise<Findings> {
  const rounds = effort === "full" ? 25 : 3;
  const times = new Map(cases.map(({ name }) => [name, [] as number[]]));
  // The first round is not counted: it leaves the token on the disk, and the files in memory.
  for (let round = 0; round <= rounds; round++) {
    for (const one of cases.toSorted(() => Math.random() - 0.5)) {
      const { ms } = await run(one);
      if (round > 0) times.get(one.name)?.push(ms);
    }
    log(`round ${round} of ${rounds}`);
  }
  const msOf = (name: string): number => median(times.get(name) ?? []);
  const base = msOf(names.empty);
  const bytes = new Map<string, number>();
  for (const one of cases) bytes.set(one.name, await bytesOf(one));
  const ratioOf = (name: string): number => msOf(name) / base;
  return {
    about: [
      `Median of ${rounds} rounds; in each round every case ran once, in random order, on an emulated tenant without ` +
        "latency. The requests of an event come in addition in a real tenant.",
    ],
    tables: [
      {
        title: "Time, in milliseconds and in multiples of an empty module",
        columns: ["Case", "Median", "Middle half", "Multiple", "Code loaded (kB)"],
        rows: cases.map(({ name }) => [
          name,
          Math.round(msOf(name)),
          spread(times.get(name) ?? []),
          ratioOf(name),
          kilobytes(bytes.get(name)),
        ]),
      },
    ],
    limits: [
      { what: names.secret, figure: ratioOf(names.secret), atMost: 3.2 },
      { what: names.certificate, figure: ratioOf(names.certificate), atMost: 4 },
      { what: names.stored, figure: ratioOf(names.stored), atMost: 2.9 },
      ...[names.secret, names.stored].map((name) => ({
        what: `kB loaded: ${name}`,
        figure: (bytes.get(name) ?? NaN) / 1000,
        atMost: 560,
      })),
    ],
    pictures: [whereTimeGoes(msOf), multiples(cases, ratioOf)],
  };
}

/** Only the chunks of this tree are counted. */
function kilobytes(bytes = 0): string {
  return bytes === 0 ? "" : (bytes / 1000).toFixed(0);
}

function whereTimeGoes(msOf: (name: string) => number): Findings["pictures"][number] {
  const steps = [
    ["Node.js starts", msOf(names.empty)],
    ["the connector is loaded, the event is checked", msOf(names.refused) - msOf(names.empty)],
    ["undici is loaded, one request is answered", msOf(names.stored) - msOf(names.refused)],
    ["msal-node is loaded, a token is requested", msOf(names.secret) - msOf(names.stored)],
    ["a certificate is opened and signs", msOf(names.certificate) - msOf(names.secret)],
  ] as const;
  return {
    name: "cold-where-time-goes",
    alt: `Milliseconds of a create event: ${steps.map(([what, ms]) => `${what} ${ms.toFixed(0)}`).join(", ")}.`,
    option: {
      title: { text: "Where the time of an event goes (ms)" },
      legend: { orient: "vertical" },
      grid: { top: 180 },
      xAxis: { type: "value" },
      yAxis: { type: "category", data: ["create"] },
      series: steps.map(([name, ms]) => ({
        name,
        type: "bar" as const,
        stack: "event",
        data: [Math.max(0, Math.round(ms))],
        label: { show: true },
      })),
    },
  };
}

function multiples(
  cases: readonly Case[],
  ratioOf: (name: string) => number,
): Findings["pictures"][number] {
  const bars = cases
    .map(({ name }) => ({ name, ratio: ratioOf(name) }))
    .sort((one, other) => other.ratio - one.ratio);
  return {
    name: "cold-by-action",
    alt: `Multiples of an empty module: ${bars.map(({ name, ratio }) => `${name} ${ratio.toFixed(1)}`).join("; ")}.`,
    option: {
      title: { text: "An event, in multiples of an empty module" },
      xAxis: { type: "value" },
      yAxis: { type: "category", data: bars.map(({ name }) => name) },
      series: [
        {
          type: "bar",
          data: bars.map(({ ratio }) => Number(ratio.toFixed(2))),
          label: { show: true, position: "right" },
        },
      ],
    },
  };
}

/** Tells how many bytes of code were read: the connector's own files, compiled or not, without their text around. */
const counting = `data:text/javascript,${encodeURIComponent(`
import fs from "node:fs";
const { readFileSync } = fs;
let bytes = 0;
fs.readFileSync = (file, ...options) => {
  const read = readFileSync(file, ...options);
  if (String(file).endsWith(".cjs")) bytes += read.length;
  return read;
};
process.on("exit", () => process.stderr.write("bytes " + bytes + "\\n"));
`)}`;

/** Milliseconds until the end of the process, and the bytes of chunks that it told. */
async function run(
  { name, file, event, played, env = {}, exitCode = 0 }: Case,
  options: string[] = [],
): Promise<{ ms: number; bytes: number }> {
  played.tenant.emulator.reset();
  const start = performance.now();
  const child = spawn(process.execPath, [...options, file], {
    env: { PATH: process.env["PATH"] ?? "", ...played.tenant.env, ...env },
    stdio: ["pipe", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  child.stdin.on("error", () => undefined).end(JSON.stringify(event ?? played.event));
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const ms = performance.now() - start;
  if (code !== exitCode)
    throw new Error(`"${name}" ended with exit code ${String(code)}; expected ${exitCode}: ${log}`);
  return { ms, bytes: Number(/bytes (\d+)/.exec(log)?.[1] ?? 0) };
}
