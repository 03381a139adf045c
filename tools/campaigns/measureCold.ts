/**
 * `npm run measure:cold [-- rounds]`: how long an event takes that Node has to start for, as a multiple of an empty
 * module: a create that finds its account, with a client secret, with a certificate, and with a token that another
 * event has left on the disk. In each round every case runs once, in random order, on an emulator without latency; the
 * medians are compared. Also how much code a case loads. Ends with exit code 1 when a limit is exceeded.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { certificateFor, pfxPassword } from "../../test/doctor/clinic.ts";
import { seedState } from "../../test/emulator/seed.ts";
import { startEmulator } from "../../test/emulator/server.ts";
import { createEventFor } from "../../test/events.ts";
import { buildBundles, precompile } from "../build/bundles.ts";
import { median } from "./median.ts";

interface Case {
  name: string;
  file: string;
  event: unknown;
  env?: Record<string, string>;
  /** In multiples of the empty module. */
  allowed?: number;
  allowedBytes?: number;
}

const rounds = Number(process.argv[2] ?? 25);
const folder = mkdtempSync(path.join(tmpdir(), "exo-cold-"));
const dist = path.join(folder, "dist");
await buildBundles(dist);
precompile(dist);
const state = path.join(folder, "state");
mkdirSync(state, { mode: 0o700 });
const empty = path.join(folder, "empty.mjs");
writeFileSync(empty, "");
/** Tells how many bytes of chunks were read, without the text around them. */
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

const { pem, pfx } = certificateFor(-300, 100);
const tenant = seedState();
for (const app of tenant.apps) app.certificates = [pem];
const running = await startEmulator({ state: tenant });
const bundle = path.join(dist, "lifecycle/create.mjs");
const withSecret = createEventFor(running);
const withCertificate = createEventFor(running, {
  configuration: {
    UseCertificate: true,
    AppCertificateBase64String: pfx,
    AppCertificatePassword: pfxPassword,
  },
});
const cases: Case[] = [
  { name: "empty module", file: empty, event: "" },
  { name: "client secret", file: bundle, event: withSecret, allowed: 3.2, allowedBytes: 560_000 },
  { name: "certificate", file: bundle, event: withCertificate, allowed: 4 },
  {
    name: "token on the disk",
    file: bundle,
    event: withSecret,
    env: { EXO_CONNECTOR_STATE: state },
    allowed: 2.9,
    allowedBytes: 560_000,
  },
];

const times = new Map(cases.map(({ name }) => [name, [] as number[]]));
// The first round is not counted: it leaves the token on the disk, and the files in memory.
for (let round = 0; round <= rounds; round++)
  for (const one of cases.toSorted(() => Math.random() - 0.5)) {
    const { ms } = await run(one);
    if (round > 0) times.get(one.name)?.push(ms);
  }
const base = median(times.get("empty module") ?? []);
let isWithin = true;
for (const one of cases) {
  const own = median(times.get(one.name) ?? []);
  const { bytes } = await run(one, ["--import", counting]);
  const { allowed = Infinity, allowedBytes = Infinity } = one;
  isWithin &&= own / base <= allowed && bytes <= allowedBytes;
  console.log(
    `${one.name}: ${own.toFixed(0)} ms, ${(own / base).toFixed(2)} times an empty module (allowed: ${allowed}); ` +
      `${(bytes / 1000).toFixed(0)} kB loaded (allowed: ${allowedBytes / 1000})`,
  );
}
await running.close();
rmSync(folder, { recursive: true, force: true });
process.exitCode = isWithin ? 0 : 1;

/** Milliseconds until the end of the process, and the bytes of chunks that it told. */
function run(
  { file, event, env = {} }: Case,
  options: string[] = [],
): Promise<{ ms: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [...options, file], {
      env: { PATH: process.env["PATH"] ?? "", ...running.env, ...env },
      stdio: ["pipe", "ignore", "pipe"],
    });
    let log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
    child.stdin.on("error", () => undefined).end(JSON.stringify(event));
    child.on("close", (code) => {
      const ms = performance.now() - start;
      if (code === 0) resolve({ ms, bytes: Number(/bytes (\d+)/.exec(log)?.[1] ?? 0) });
      else reject(new Error(`The event failed with exit code ${code}: ${log}`));
    });
  });
}
