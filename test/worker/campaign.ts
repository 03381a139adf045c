/** Thousands of events through several workers, some of which are killed, while the database crashes once. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Chance } from "../campaign/chance.ts";
import { opened } from "./opened.ts";
import { startPostgres } from "./postgres.ts";
import { startStubTenants, type StubReport } from "./stubTenants.ts";

export interface WorkerCampaign {
  events: number;
  accounts: number;
  tenants: number;
  workers: number;
  /** Workers that are killed with SIGKILL, and started again. */
  kills: number;
  /** The database is ended at once, and is away for 1.5 s. */
  crash: boolean;
  perTenant: number;
  /** The events of one worker at the same time. */
  atOnce: number;
  /** The events do nothing. What the tenants saw is not known then. */
  queueOnly: boolean;
  refusedPart: number;
  /** Milliseconds that each request of the first tenant takes; 0: it is like the others. */
  slowMs: number;
  seed: number;
  onProgress?: (done: number) => void;
}

export interface WorkerReport extends Omit<StubReport, "recoveryMs" | "quickMs"> {
  sendSeconds: number;
  workSeconds: number;
  perSecond: number;
  /** Until the last event of all tenants but the slow one. */
  quickSeconds: number;
  /** The longest. */
  recoverySeconds: number;
  completed: number;
  blocked: number;
}

const batch = 1_000;
const stubWorker = path.join(import.meta.dirname, "stubWorker.ts");

export async function workerCampaign(choices: WorkerCampaign): Promise<WorkerReport> {
  const { events, accounts, tenants, workers, kills, crash, perTenant, seed, queueOnly } = choices;
  const chance = new Chance(seed);
  const folder = mkdtempSync(path.join(tmpdir(), "worker-campaign-"));
  const server = await startPostgres();
  const stub = await startStubTenants(chance.next, choices);
  const key = randomBytes(32);
  const place = { connectionString: server.url };
  const one = await opened(place, { watches: false }, key);
  const running: ChildProcess[] = [];
  let isOver = false;

  function start(): void {
    const log = openSync(path.join(folder, `worker-${running.length}.log`), "w");
    const target = queueOnly ? "" : stub.url;
    const limits = [String(choices.atOnce), String(perTenant)];
    const words = [server.url, target, key.toString("base64url"), ...limits];
    const child = spawn(process.execPath, ["--import", "tsx", stubWorker, ...words], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    running.push(child);
  }

  const isReady = (index: number): boolean =>
    readFileSync(path.join(folder, `worker-${index}.log`), "utf8").includes('"ready":true');

  async function disturb(): Promise<void> {
    const troubles = [
      ...Array.from({ length: kills }, () => "kill" as const),
      ...(crash ? (["crash"] as const) : []),
    ];
    for (const [index, trouble] of troubles.entries()) {
      const due = (events * (index + 1)) / (troubles.length + 1.5);
      while (!isOver && stub.report().effects < due) await delay(50);
      if (isOver) return;
      stub.disturbed();
      if (trouble === "crash") await server.crash(1_500);
      else {
        const alive = running.filter(isAlive);
        alive[chance.below(alive.length)]?.kill("SIGKILL");
        await delay(300);
        start();
      }
    }
  }

  try {
    const sendBegin = performance.now();
    const numbers = new Map<string, number>();
    let lines: string[] = [];
    for (let index = 0; index < events; index++) {
      const account = index % accounts;
      const tenant = account % tenants;
      const name = `account-${account}`;
      const number = (numbers.get(name) ?? 0) + 1;
      numbers.set(name, number);
      lines.push(lineOf(index, tenant, name, number));
      if (lines.length < batch && index < events - 1) continue;
      await one.events.send(
        lines.map((line) => ({ bytes: Buffer.from(line), source: "the line" })),
      );
      lines = [];
    }
    const sendSeconds = (performance.now() - sendBegin) / 1000;
    // All of them begin at the same time.
    await server.query("update exo_connector.groups set held_until = 'infinity'");
    for (let index = 0; index < workers; index++) start();
    while (!running.every((_, index) => isReady(index))) await delay(20);
    await server.query("update exo_connector.groups set held_until = null");
    const done = async (): Promise<number> =>
      queueOnly ? events - (await one.queue.waiting(events)) : stub.report().effects;
    while ((await done()) === 0) await delay(10);
    const begin = performance.now();
    const disturbing = disturb();
    for (let count = 0; count < events; count = await done()) {
      choices.onProgress?.(count);
      // What is counted in the database takes its time.
      await delay(queueOnly ? 1_000 : 100);
    }
    const workSeconds = (performance.now() - begin) / 1000;
    isOver = true;
    await disturbing;
    for (const child of running) child.kill("SIGTERM");
    await Promise.all(running.filter(isAlive).map((child) => once(child, "exit")));
    const stats = await one.queue.stats();
    const sum = (part: "completed" | "blocked"): number =>
      stats.reduce((total, group) => total + group[part], 0);
    const { recoveryMs, quickMs, ...report } = stub.report();
    return {
      ...report,
      quickSeconds: quickMs / 1000,
      recoverySeconds: recoveryMs / 1000,
      sendSeconds,
      workSeconds,
      perSecond: events / workSeconds,
      completed: sum("completed"),
      blocked: sum("blocked"),
    };
  } finally {
    isOver = true;
    for (const child of running) child.kill("SIGKILL");
    await one.queue.close().catch(() => undefined);
    await stub.close();
    server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function lineOf(index: number, tenantNumber: number, account: string, number: number): string {
  const tenant = `7e4a4700-0000-4000-8000-${String(tenantNumber).padStart(12, "0")}`;
  return JSON.stringify({
    id: `event ${index}`,
    action: "lifecycle/update",
    event: {
      actionContext: {
        Configuration: { TenantID: tenant },
        References: { Account: `${tenant} ${account}` },
      },
      stub: { tenant, account, number },
    },
  });
}
