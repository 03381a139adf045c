/**
 * `npm run measure:serve`: events a second of `exo-connector serve`, of the bundles of this tree and of those of an
 * earlier commit, with eight events at once, in turns and against one emulator in a process of its own. Each event
 * changes an attribute of one of 56 mailboxes. `--commit` (2dc68bc) names the earlier commit, `--seconds` the length of
 * a turn, `--rounds` the number of turns, `--profile FOLDER` writes a CPU profile of the service.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { manyMailboxes } from "../../test/emulator/seed.ts";
import { changeEventFor } from "../../test/events.ts";
import { buildBundles } from "../build/bundles.ts";
import { runBundle } from "../cli/run.ts";
import { median } from "./median.ts";

const { values } = parseArgs({
  options: {
    commit: { type: "string", default: "2dc68bc" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    profile: { type: "string" },
  },
});

const atOnce = 8;
const accounts = 64;
/** Every eighth mailbox of the emulator is synchronised from Active Directory, which masters its attributes. */
const usable = Array.from({ length: accounts }, (_, index) => index + 1).filter(
  (number) => number % 8 !== 4,
);
const neededRatio = 100;
const action = "lifecycle/update";
const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "measure-serve-"));
const turnMs = 1000 * Number(values.seconds);

interface Connection {
  loginUrl: string;
  exchangeUrl: string;
  graphUrl: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
}

/** Runs one event. Throws unless it succeeds. */
type Way = (event: unknown) => Promise<void>;

let count = 0;

function nextEvent(connection: Connection): unknown {
  const number = ++count;
  const last = (usable[number % usable.length] ?? 1).toString(16).padStart(12, "0");
  return changeEventFor(connection, {
    reference: `0b1ec700-0000-4000-8000-${last}`,
    data: { CustomAttribute9: `value ${number}` },
  });
}

/** Events a second, with eight lanes for one turn. */
async function measured(way: Way, connection: Connection): Promise<number> {
  const begin = performance.now();
  let done = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - begin < turnMs) {
      await way(nextEvent(connection));
      done++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return done / ((performance.now() - begin) / 1000);
}

function bundlesIn(dist: string, env: Record<string, string>): Way {
  return async (event) => {
    const { code, stdout, stderr } = await runBundle(action, event, { dist, env });
    if (code !== 0) throw new Error(`A bundle of ${dist} failed: ${stdout}${stderr}`);
  };
}

function serviceIn(dist: string, env: Record<string, string>): { way: Way; child: ChildProcess } {
  const profile =
    values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`];
  const child = spawn(
    process.execPath,
    [...profile, path.join(dist, "exo-connector.mjs"), "serve"],
    {
      stdio: ["pipe", "pipe", "ignore"],
      env: { PATH: process.env["PATH"] ?? "", ...env },
    },
  );
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, answer } = JSON.parse(line) as {
      id: string;
      answer: { outputContext: { Success: boolean } };
    };
    if (!answer.outputContext.Success) throw new Error(`The service failed: ${line}`);
    waiting.get(id)?.();
    waiting.delete(id);
  });
  let sent = 0;
  const way: Way = (event) =>
    new Promise((resolve) => {
      const id = String(++sent);
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ id, action, event })}\n`);
    });
  return { way, child };
}

/** The bundles of an earlier commit, built by its own tools with the packages of this tree. */
function earlierBundles(commit: string): string {
  const place = path.join(folder, "earlier");
  mkdirSync(place);
  const archive = execFileSync("git", ["archive", commit], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync("tar", ["-x"], { cwd: place, input: archive });
  symlinkSync(path.join(root, "node_modules"), path.join(place, "node_modules"));
  execFileSync(path.join(root, "node_modules/.bin/tsx"), ["tools/build.ts"], { cwd: place });
  return path.join(place, "dist");
}

const dist = path.join(folder, "dist");
await buildBundles(dist);
const earlier = earlierBundles(values.commit);
const seed = path.join(folder, "seed.json");
writeFileSync(seed, JSON.stringify(manyMailboxes(accounts)));
const emulator = spawn(
  process.execPath,
  [
    path.join(dist, "exo-connector.mjs"),
    "emulator",
    "--port",
    "0",
    "--json",
    "--until-stdin-closes",
    "--seed",
    seed,
  ],
  { stdio: ["pipe", "pipe", "inherit"] },
);
const [line] = (await once(createInterface({ input: emulator.stdout }), "line")) as [string];
const connection = JSON.parse(line) as Connection;
const env = {
  EXO_CONNECTOR_LOGIN_URL: connection.loginUrl,
  EXO_CONNECTOR_EXCHANGE_URL: connection.exchangeUrl,
  EXO_CONNECTOR_GRAPH_URL: connection.graphUrl,
};
const { way, child } = serviceIn(dist, env);
const ways: readonly [string, Way][] = [
  [`bundles of ${values.commit}`, bundlesIn(earlier, env)],
  ["bundles", bundlesIn(dist, env)],
  ["serve", way],
];
const rates = ways.map((): number[] => []);
for (let round = 0; round < Number(values.rounds); round++)
  for (const [index, [name, one]] of ways.entries()) {
    const rate = await measured(one, connection);
    rates[index]?.push(rate);
    console.log(`round ${round + 1}, ${name}: ${rate.toFixed(1)} events a second`);
  }
child.stdin?.end();
await once(child, "exit");
emulator.stdin.end();
await once(emulator, "exit");
rmSync(folder, { recursive: true, force: true });

const [before = 0, now = 0, service = 0] = rates.map(median);
console.log(
  `Median of ${values.rounds}, ${atOnce} at once: serve ${service.toFixed(0)} events a second, bundles ` +
    `${now.toFixed(1)} (${(service / now).toFixed(0)} times), bundles of ${values.commit} ${before.toFixed(1)} ` +
    `(${(service / before).toFixed(0)} times).`,
);
if (service < neededRatio * before) {
  console.error(`Expected at least ${neededRatio} times those of ${values.commit}.`);
  process.exitCode = 1;
}
