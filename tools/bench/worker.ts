import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { claimed } from "../../lib/runtime/queue/claims.ts";
import { openDatabase } from "../../lib/runtime/queue/database.ts";
import type { GroupStats } from "../../lib/runtime/queue/jobQueue.ts";
import { makeKey, readKeys } from "../../lib/runtime/queue/sealing.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import { workerCampaign, type WorkerCampaign } from "../../test/worker/campaign.ts";
import { jobsFor, opened } from "../../test/worker/opened.ts";
import { startPostgres } from "../../test/worker/postgres.ts";
import { startWorker } from "../../test/worker/started.ts";
import { keyVariable, queueVariable } from "../queue/openQueue.ts";
import { withBundles } from "./built.ts";
import { median, quantile } from "./figures.ts";
import type { Effort, Findings, Part } from "./part.ts";
import { changeEvent, startTenant } from "./tenantProcess.ts";

/** Events from a queue on PostgreSQL. */
export const worker: Part = {
  title: "Events from a queue",
  async measure(effort, log) {
    const part = effort === "full" ? 1 : 1 / 20;
    const rates: Rate[] = [];
    const note = (rate: Rate): void => {
      rates.push(rate);
      log(`${rate.what}: ${rate.perSecond.toFixed(0)} a second, load ${rate.load.toFixed(1)}`);
    };
    const stub = await throughStub(8_000 * part, { accounts: 500, tenants: 5 });
    note({ what: "events of 500 accounts and 5 tenants, each a request of 5 to 20 ms", ...stub });
    const many = Math.round(100_000 * part);
    const only = await throughStub(many, {
      accounts: many,
      tenants: 1,
      atOnce: 128,
      perTenant: 256,
      queueOnly: true,
    });
    note({ what: `events of ${many} accounts of one tenant, which do nothing`, ...only });
    note({ what: "changes of mailboxes, two requests each", ...(await realActions(effort)) });
    const fetched = [];
    for (const waiting of [5_000, 100_000].map((count) => Math.round(count * part))) {
      const times = await fetchTimes(waiting);
      fetched.push({ waiting, times });
      log(`${waiting} accounts wait: a fetch takes ${median(times).toFixed(1)} ms`);
    }
    return findingsOf(rates, fetched);
  },
};

interface Rate {
  what: string;
  perSecond: number;
  /** Events sent in a second. */
  sent: number;
  /** Of the machine in the last minute, with the measurement. */
  load: number;
}

/** Of a machine with two cores: more of them take fewer events at once each, and share the same processors. */
const workers = 2;

/** Nothing disturbs the workers, and no limit holds them up. */
async function throughStub(
  events: number,
  choices: Pick<WorkerCampaign, "accounts" | "tenants"> & Partial<WorkerCampaign>,
): Promise<Omit<Rate, "what">> {
  const { perSecond, sendSeconds, completed, gaps, overlaps } = await workerCampaign({
    events,
    workers,
    kills: 0,
    crash: false,
    atOnce: 48,
    perTenant: 64,
    queueOnly: false,
    refusedPart: 0,
    slowMs: 0,
    seed: 1,
    ...choices,
  });
  if (completed !== events || gaps + overlaps > 0)
    throw new Error(`${completed} of ${events} events were completed, ${gaps} out of order.`);
  return { perSecond, sent: events / sendSeconds, load: loadavg()[0] ?? NaN };
}

/** Actions of the connector through two workers, on an emulated tenant in a process of its own. */
function realActions(effort: Effort): Promise<Omit<Rate, "what">> {
  const events = effort === "full" ? 6_000 : 300;
  return withBundles(async ({ folder, dist }) => {
    const server = await startPostgres();
    const tenant = await startTenant(folder, dist);
    const keyFile = path.join(mkdtempSync(path.join(tmpdir(), "exo-bench-key-")), "queue.key");
    await makeKey(keyFile, thisAccount());
    const place = { connectionString: server.url };
    const [key] = readKeys(keyFile, thisAccount());
    const one = await opened(place, { watches: false }, Buffer.from(key));
    try {
      const lines = Array.from({ length: events }, (_, index) => ({
        id: `event ${index}`,
        action: "lifecycle/update",
        event: changeEvent(tenant.connection, index),
      }));
      const sendBegin = performance.now();
      for (let start = 0; start < events; start += 500)
        await one.events.send(
          lines
            .slice(start, start + 500)
            .map((line) => ({ bytes: Buffer.from(JSON.stringify(line)), source: line.id })),
        );
      const sent = events / ((performance.now() - sendBegin) / 1000);
      await server.query("update exo_connector.groups set held_until = 'infinity'");
      const env = { ...tenant.env, [queueVariable]: server.url, [keyVariable]: keyFile };
      const words = ["--at-once", "32", "--per-tenant", "64"];
      const started = [];
      for (let index = 0; index < workers; index++)
        started.push(await startWorker(words, { folder, env }));
      await server.query("update exo_connector.groups set held_until = null");
      const begin = performance.now();
      while ((await one.queue.waiting(1)) > 0) await delay(100);
      while (!(await one.queue.stats()).every(isOver)) await delay(50);
      const seconds = (performance.now() - begin) / 1000;
      const load = loadavg()[0] ?? NaN;
      for (const { kill } of started) kill("SIGTERM");
      await Promise.all(started.map(({ ended }) => ended));
      const stats = await one.queue.stats();
      const completed = stats.reduce((total, group) => total + group.completed, 0);
      if (completed !== events) throw new Error(`${completed} of ${events} were completed.`);
      const { lines: answer = "" } = (await one.events.find(`event ${events - 1}`)) ?? {};
      if (!answer.includes('"Success":true')) throw new Error(`An event failed: ${answer}`);
      return { perSecond: events / seconds, sent, load };
    } finally {
      await one.queue.close();
      await tenant.end();
      server.remove();
      rmSync(path.dirname(keyFile), { recursive: true, force: true });
    }
  });
}

function isOver({ waiting, running, retrying }: GroupStats): boolean {
  return waiting + running + retrying === 0;
}

const fetches = 100;
const perFetch = 16;

/** Milliseconds of each fetch, while so many accounts wait. */
async function fetchTimes(waiting: number): Promise<number[]> {
  const server = await startPostgres();
  const place = { connectionString: server.url };
  const one = await opened(place, { watches: false }, randomBytes(32));
  try {
    const keys = Array.from({ length: waiting }, (_, index) => `account ${index}`);
    const jobs = jobsFor("tenant", keys);
    for (let start = 0; start < waiting; start += 1_000)
      await one.queue.send(jobs.slice(start, start + 1_000));
    const database = await openDatabase(place, {
      log: () => undefined,
      watches: false,
      mark: one.sealing.keyId,
      seals: one.sealing.contentKeyIds,
    });
    const times: number[] = [];
    for (let count = 0; count < fetches; count++) {
      const begin = performance.now();
      const taken = await claimed(database.db, "tenant", perFetch);
      times.push(performance.now() - begin);
      if (taken.length < Math.min(perFetch, waiting - count * perFetch))
        throw new Error(`A fetch took ${taken.length} events; expected ${perFetch}.`);
    }
    await database.close();
    return times;
  } finally {
    await one.queue.close();
    server.remove();
  }
}

function findingsOf(
  rates: readonly Rate[],
  fetched: readonly { waiting: number; times: readonly number[] }[],
): Findings {
  const [stub, only, real] = rates.map(({ perSecond }) => perSecond);
  return {
    about: [
      "Two workers and a PostgreSQL on the same machine; tenants in miniature, or an emulated one, share the cores " +
        "with them. Nothing is disturbed, and no limit holds the events up. They are sent before the first one runs.",
      `A fetch takes ${perFetch} events. Load: that of the machine in the last minute, with the measurement itself.`,
    ],
    tables: [
      {
        title: "Events a second",
        columns: ["What", "Events a second", "Sent in a second", "Load"],
        rows: rates.map(({ what, perSecond, sent, load }) => [what, perSecond, sent, load]),
      },
      {
        title: "Milliseconds of a fetch",
        columns: ["Accounts that wait", "Half within", "99 of 100 within"],
        rows: fetched.map(({ waiting, times }) => [waiting, median(times), quantile(times, 0.99)]),
      },
    ],
    limits: [
      { what: "requests of 5 to 20 ms (events a second)", figure: stub ?? NaN, atLeast: 1_000 },
      { what: "only the queue (events a second)", figure: only ?? NaN, atLeast: 2_000 },
      { what: "changes of mailboxes (events a second)", figure: real ?? NaN, atLeast: 200 },
      ...fetched.slice(0, 1).map(({ waiting, times }) => ({
        what: `a fetch while ${waiting} accounts wait: 99 of 100 within (ms)`,
        figure: quantile(times, 0.99),
        atMost: 50,
      })),
    ],
    pictures: [],
  };
}
