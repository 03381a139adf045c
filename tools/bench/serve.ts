import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Tenant } from "../cli/demoEvents.ts";
import { runBundle } from "../cli/run.ts";
import { withBundles } from "./built.ts";
import { earlierBundles, earlierCommit } from "./earlier.ts";
import { median, quantile } from "./figures.ts";
import type { Effort, Findings, Part } from "./part.ts";
import { changeEvent, ended, startTenant } from "./tenantProcess.ts";

const atOnce = 8;
const action = "lifecycle/update";

/** Runs one event. Throws unless it succeeds. */
type Way = (event: unknown) => Promise<void>;

/** What a way did in one turn. */
interface Turn {
  /** Events a second. */
  rate: number;
  /** Milliseconds of each event. */
  times: number[];
}

/** Events in one process that stays, and in a process each. */
export const serve: Part = {
  title: "Events in one process that stays",
  measure: (effort, log) =>
    withBundles(async ({ folder, dist }) => {
      const earlier = earlierBundles(path.join(folder, "earlier"));
      const tenant = await startTenant(folder, dist);
      const service = startService(dist, tenant.env);
      const ways: Record<string, Way> = {
        [`bundles of ${earlierCommit}`]: bundlesIn(earlier, tenant.env),
        bundles: bundlesIn(dist, tenant.env),
        serve: service.way,
      };
      const turns = await inTurns(ways, tenant.connection, effort, log);
      await service.end();
      await tenant.end();
      return findingsOf(turns);
    }),
};

function startService(
  dist: string,
  env: Record<string, string>,
): { way: Way; end(): Promise<void> } {
  const child = spawn(process.execPath, [path.join(dist, "exo-connector.mjs"), "serve"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  const waiting = new Map<string, (line: string) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id } = JSON.parse(line) as { id: string };
    waiting.get(id)?.(line);
    waiting.delete(id);
  });
  let sent = 0;
  const way: Way = async (event) => {
    const id = String(++sent);
    const line = await new Promise<string>((resolve) => {
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ id, action, event })}\n`);
    });
    const { answer } = JSON.parse(line) as { answer?: { outputContext: { Success: boolean } } };
    if (answer?.outputContext.Success !== true) throw new Error(`The service failed: ${line}`);
  };
  return { way, end: () => ended(child) };
}

function bundlesIn(dist: string, env: Record<string, string>): Way {
  return async (event) => {
    const { code, stdout, stderr } = await runBundle(action, event, { dist, env });
    if (code !== 0) throw new Error(`A bundle of ${dist} failed: ${stdout}${stderr}`);
  };
}

/** Each event changes an attribute of another mailbox. */
async function inTurns(
  ways: Record<string, Way>,
  connection: Tenant,
  effort: Effort,
  log: (line: string) => void,
): Promise<Map<string, Turn[]>> {
  const [rounds, turnMs] = effort === "full" ? [3, 10_000] : [1, 2_000];
  let count = 0;
  const nextEvent = (): unknown => changeEvent(connection, ++count);
  const turns = new Map(Object.keys(ways).map((name) => [name, [] as Turn[]]));
  for (let round = 1; round <= rounds; round++)
    for (const [name, way] of Object.entries(ways)) {
      const turn = await turnOf(way, nextEvent, turnMs);
      turns.get(name)?.push(turn);
      log(`round ${round}, ${name}: ${turn.rate.toFixed(1)} events a second`);
    }
  return turns;
}

/** Eight lanes, for one turn. */
async function turnOf(way: Way, nextEvent: () => unknown, turnMs: number): Promise<Turn> {
  const begin = performance.now();
  const times: number[] = [];
  const lane = async (): Promise<void> => {
    while (performance.now() - begin < turnMs) {
      const start = performance.now();
      await way(nextEvent());
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { rate: times.length / ((performance.now() - begin) / 1000), times };
}

function findingsOf(turns: Map<string, Turn[]>): Findings {
  const rows = [...turns].map(([name, of]) => {
    const times = of.flatMap((turn) => turn.times);
    return {
      name,
      rate: median(of.map(({ rate }) => rate)),
      p50: median(times),
      p99: quantile(times, 0.99),
    };
  });
  const [before, , now] = rows;
  const ratio = (now?.rate ?? NaN) / (before?.rate ?? NaN);
  return {
    about: [
      `${atOnce} events at once, in turns, against one emulated tenant without latency, which shares the cores. Each ` +
        "event changes an attribute of a mailbox: two requests, and one for a token where each event has a process.",
    ],
    tables: [
      {
        title: "Events a second (median of the turns), and milliseconds of an event",
        columns: ["Way", "Events a second", "Half within (ms)", "99 of 100 within (ms)"],
        rows: rows.map(({ name, rate, p50, p99 }) => [name, rate, p50, p99]),
      },
    ],
    limits: [
      {
        what: `serve, in multiples of the bundles of ${earlierCommit}`,
        figure: ratio,
        atLeast: 100,
      },
    ],
    pictures: [
      {
        name: "serve",
        alt: `Events a second: ${rows.map(({ name, rate }) => `${name} ${rate.toFixed(1)}`).join(", ")}.`,
        option: {
          title: { text: `Events a second, ${atOnce} at once (logarithmic)` },
          xAxis: { type: "log", min: 0.1 },
          yAxis: { type: "category", data: rows.map(({ name }) => name) },
          series: [
            {
              type: "bar",
              data: rows.map(({ rate }) => Number(rate.toFixed(1))),
              label: { show: true, position: "right" },
            },
          ],
        },
      },
    ],
  };
}
