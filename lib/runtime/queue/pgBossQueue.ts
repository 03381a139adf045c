/**
 * The queue on PostgreSQL, with pg-boss as its engine: policy `key_strict_fifo`, whose order per key holds through
 * repeated jobs, killed processes and a database that crashes (measured, docs/worker.md).
 */
import type { Client } from "pg";
import type { Db, PgBoss } from "pg-boss";
import { Fault } from "../../fault.ts";
import { loadDriver, loadEmbedded, loadEngine } from "./engine.ts";
import { growingIds } from "./jobIds.ts";
import type {
  BlockedJob,
  FoundJob,
  GroupStats,
  JobQueue,
  JobState,
  NewJob,
  QueueLog,
  SentJob,
} from "./jobQueue.ts";
import { localSlots, sharedSlots } from "./slots.ts";
import { byQueue, startWork, type Claimed, type Engine } from "./work.ts";

/** A PostgreSQL server, or a folder for one inside this process; without a folder it is in memory. */
export type QueuePlace = { connectionString: string } | { embedded: string | undefined };

export interface QueueChoices {
  log: QueueLog;
  /** Whether this process watches over the jobs of others, as a worker does. */
  watches: boolean;
  /** What everyone who uses the queue has to agree on: the ID of the key. */
  mark: string;
  /** The first delay before a job is repeated; each next one is twice as long. */
  retrySeconds?: number;
  /** A job that was repeated so often is given up. */
  maxRetries?: number;
  /** The queues of a group that has none yet. */
  shards?: number;
}

/** The engine's tables, and those beside them. */
const engineSchema = "exo_jobs";
const ownSchema = "exo_connector";

const claimSeconds = 10;
const defaultRetrySeconds = 2;
const maxRetrySeconds = 300;
/** With the delays above, about an hour and a half. */
const defaultMaxRetries = 24;
/** A fetch reads the first job of each key that waits: this many queues keep that short for 20,000 waiting accounts. */
const defaultShards = 4;
/** Longer than the longest event; a worker that dies is noticed by its heartbeat. */
const expireSeconds = 3_600;
/** The engine removes nothing by itself: a job that was given up must block its key until a person decides. */
const neverSeconds = 10 * 365 * 86_400;
const keptDays = 7;
const purgeMs = 3_600_000;
/** Without fresh statistics a fetch takes seconds, and autovacuum comes too late (measured). */
const analyzeAfter = 500;
const maxListed = 1_000;
/** For a database that does not answer, as when a cable is cut: without these, a worker would wait for ever. */
const patience = { connectionTimeoutMillis: 10_000, query_timeout: 60_000, keepAlive: true };

interface OwnJob extends Claimed {
  retryCount: number;
}

/** Opens the queue, and makes its tables if there are none. Throws a `Fault` when it cannot be used. */
export async function openJobQueue(place: QueuePlace, choices: QueueChoices): Promise<JobQueue> {
  const { boss, connect, close } = await openEngine(place, choices);
  const db = boss.getDb();
  try {
    await makeTables(db);
    await agreeOn(db, choices.mark);
  } catch (thrown) {
    await close().catch(() => undefined);
    throw thrown instanceof Fault ? thrown : unusable(thrown);
  }
  const nextId = growingIds();
  const shardsOf = new Map<string, number>();
  let inserted = 0;
  let sending: Promise<unknown> = Promise.resolve();
  let purging: NodeJS.Timeout | undefined;

  /** The number of queues of a group is fixed with its first job: another one would mix up the order. */
  async function queuesOf(group: string): Promise<number> {
    const known = shardsOf.get(group);
    if (known !== undefined) return known;
    await db.executeSql(
      `insert into ${ownSchema}.groups (name, shards) values ($1, $2) on conflict do nothing`,
      [group, choices.shards ?? defaultShards],
    );
    const { rows } = await db.executeSql(`select shards from ${ownSchema}.groups where name = $1`, [
      group,
    ]);
    const shards = Number(rows[0]?.["shards"]);
    for (let shard = 0; shard < shards; shard++)
      await boss.createQueue(queueName(group, shard), queueOptions(choices));
    shardsOf.set(group, shards);
    return shards;
  }

  async function add(jobs: readonly NewJob[]): Promise<SentJob[]> {
    const unique = new Map(jobs.map((job) => [job.name, job]));
    const placed = [];
    for (const [name, job] of unique) {
      const id = nextId();
      const key = job.key ?? id;
      const queue = queueName(job.group, hashOf(key) % (await queuesOf(job.group)));
      placed.push({ name, id, key, queue, input: job.input });
    }
    // The ID of a name is on the disk before its job: a sender that was killed in between sends the same job again.
    await db.executeSql(
      `insert into ${ownSchema}.jobs (name, id, queue)
       select * from unnest($1::text[], $2::uuid[], $3::text[]) on conflict do nothing`,
      [
        placed.map(({ name }) => name),
        placed.map(({ id }) => id),
        placed.map(({ queue }) => queue),
      ],
    );
    const { rows } = await db.executeSql(
      `select name, id, queue, is_sent from ${ownSchema}.jobs where name = any($1::text[])`,
      [placed.map(({ name }) => name)],
    );
    const known = new Map(rows.map((row) => [String(row["name"]), row]));
    const missing = placed.filter(({ name }) => known.get(name)?.["is_sent"] !== true);
    for (const [queue, own] of byQueue(missing, ({ name }) => String(known.get(name)?.["queue"])))
      await boss.insert(
        queue,
        own.map(({ name, key, input }) => ({
          id: String(known.get(name)?.["id"]),
          singletonKey: key,
          data: { name, input },
        })),
      );
    await db.executeSql(
      `update ${ownSchema}.jobs set is_sent = true where name = any($1::text[]) and not is_sent`,
      [missing.map(({ name }) => name)],
    );
    inserted += missing.length;
    if (inserted >= analyzeAfter) {
      inserted = 0;
      await db.executeSql(`analyze ${engineSchema}.job`);
    }
    const isNew = new Set(missing.map(({ name }) => name));
    return jobs.map(({ name }) => ({ name, isNew: isNew.delete(name) }));
  }

  const engine: Engine<OwnJob> = {
    async ready() {
      const { rows } = await db.executeSql(
        `select q.name from ${engineSchema}.queue q where q.policy = 'key_strict_fifo' and exists (
           select 1 from ${engineSchema}.job j
           where j.name = q.name and j.state < 'active' and j.start_after <= now())`,
      );
      return rows.map((row) => {
        const queue = String(row["name"]);
        return { queue, group: groupOf(queue) };
      });
    },
    async claim(queue, group, count) {
      const jobs = await boss.fetch(queue, { batchSize: count });
      return jobs.map(({ id, retryCount, data }) => ({
        id,
        retryCount,
        queue,
        group,
        ...contentOf(data),
      }));
    },
    async renew(queue, jobs) {
      const { settled = [] } = await boss.touch(queue, jobs);
      return new Set(settled);
    },
    async settle(job, { how, output }) {
      const { affected } =
        how === "completed"
          ? await boss.complete(job.queue, job, output)
          : await boss.fail(job.queue, job, output);
      return affected > 0;
    },
  };

  /** The queue and the ID of a job; undefined when there was none of this name. */
  async function placeOf(name: string): Promise<{ queue: string; id: string } | undefined> {
    const { rows } = await db.executeSql(
      `select id, queue from ${ownSchema}.jobs where name = $1 and is_sent`,
      [name],
    );
    const [row] = rows;
    return row && { queue: String(row["queue"]), id: String(row["id"]) };
  }

  return {
    send(jobs) {
      // One insert after the other: the order of the calls is that of the jobs.
      const sent = sending.then(() => add(jobs));
      sending = sent.catch(() => undefined);
      return sent;
    },
    work(handle, { atOnce, perGroup, log }) {
      const slots = connect === undefined ? localSlots(perGroup) : sharedSlots(perGroup, connect);
      const work = startWork(engine, handle, { atOnce, slots, log, claimMs: claimSeconds * 1000 });
      const purge = (): void => void purged(db).catch(() => undefined);
      purging ??= setInterval(purge, purgeMs).unref();
      purge();
      return {
        async stop() {
          await work.stop();
          await slots.close();
        },
      };
    },
    async find(name) {
      const found = await placeOf(name);
      if (found === undefined) return undefined;
      const { rows } = await db.executeSql(
        `select state, retry_count, data, output from ${engineSchema}.job where name = $1 and id = $2`,
        [found.queue, found.id],
      );
      const [row] = rows;
      return row === undefined ? { name, state: "removed", attempts: 0 } : foundIn(row);
    },
    async blocked() {
      const { rows } = await db.executeSql(
        `select j.name as queue, j.state, j.retry_count, j.data, j.output, j.completed_on,
           (select count(*) from ${engineSchema}.job w where w.name = j.name
              and w.singleton_key = j.singleton_key and w.state = 'created') as behind
         from ${engineSchema}.job j where j.state = 'failed' order by j.completed_on, j.id limit ${maxListed}`,
      );
      return rows.map((row): BlockedJob => ({
        ...foundIn(row),
        group: groupOf(String(row["queue"])),
        since: new Date(String(row["completed_on"])),
        behind: Number(row["behind"]),
      }));
    },
    async retry(name) {
      const found = await placeOf(name);
      return found !== undefined && (await boss.retry(found.queue, found.id)).affected > 0;
    },
    async drop(name) {
      const found = await placeOf(name);
      if (found === undefined) return false;
      const { rows } = await db.executeSql(
        `delete from ${engineSchema}.job where name = $1 and id = $2 and state = 'failed' returning id`,
        [found.queue, found.id],
      );
      return rows.length > 0;
    },
    async stats() {
      const { rows } = await db.executeSql(
        `select j.name as queue, j.state, count(*) as jobs, count(b.id) as behind
         from ${engineSchema}.job j left join ${engineSchema}.job b on b.name = j.name
           and b.singleton_key = j.singleton_key and b.state = 'failed' and j.state = 'created'
         group by j.name, j.state`,
      );
      return statsIn(rows);
    },
    async keep(name, value) {
      await db.executeSql(
        `insert into ${ownSchema}.kept (name, value) values ($1, $2::text::jsonb)
         on conflict (name) do update set value = excluded.value`,
        [name, JSON.stringify(value)],
      );
    },
    async kept(name) {
      const { rows } = await db.executeSql(`select value from ${ownSchema}.kept where name = $1`, [
        name,
      ]);
      return rows[0]?.["value"];
    },
    async close() {
      clearInterval(purging);
      await sending;
      await close();
    },
  };
}

interface OpenEngine {
  boss: PgBoss;
  /** Opens a session of its own. Undefined: there is only one process. */
  connect: (() => Promise<Client>) | undefined;
  close(): Promise<void>;
}

async function openEngine(place: QueuePlace, { log, watches }: QueueChoices): Promise<OpenEngine> {
  const { PgBoss, fromPglite } = await loadEngine();
  const shared = {
    schema: engineSchema,
    supervise: watches,
    schedule: false,
    monitorIntervalSeconds: 2,
    superviseIntervalSeconds: 2,
  };
  let closeDatabase = (): Promise<void> => Promise.resolve();
  let connect: OpenEngine["connect"];
  let boss: PgBoss;
  if ("connectionString" in place) {
    const { connectionString } = place;
    boss = new PgBoss({ ...shared, connectionString, max: 6, ...patience });
    connect = async () => {
      const { default: pg } = await loadDriver();
      const client = new pg.Client({
        connectionString,
        application_name: "exo-connector slots",
        ...patience,
      });
      // The loss of the session is noticed by the next use.
      client.on("error", () => undefined);
      await client.connect();
      return client;
    };
  } else {
    const { PGlite } = await loadEmbedded();
    const database = new PGlite(place.embedded);
    await database.waitReady;
    closeDatabase = () => database.close();
    boss = new PgBoss({ ...shared, db: fromPglite(database), backend: "pglite" });
  }
  // Without a listener, the loss of a connection would end the process.
  boss.on("error", (error: unknown) =>
    log("warning", `The database of the queue: ${Fault.of(error).message}`),
  );
  const close = async (): Promise<void> => {
    await boss.stop({ graceful: false, close: true });
    await closeDatabase();
  };
  try {
    await boss.start();
  } catch (thrown) {
    await close().catch(() => undefined);
    throw unusable(thrown);
  }
  return { boss, connect, close };
}

function unusable(thrown: unknown): Fault {
  return new Fault({
    kind: "unavailable",
    message: `The database of the queue cannot be used. ${Fault.of(thrown).message}`,
    cause: thrown,
  });
}

function queueOptions({ retrySeconds, maxRetries }: QueueChoices) {
  return {
    policy: "key_strict_fifo",
    partition: true,
    retryLimit: maxRetries ?? defaultMaxRetries,
    retryDelay: retrySeconds ?? defaultRetrySeconds,
    retryBackoff: true,
    retryDelayMax: maxRetrySeconds,
    heartbeatSeconds: claimSeconds,
    expireInSeconds: expireSeconds,
    retentionSeconds: neverSeconds,
    deleteAfterSeconds: 0,
  } as const;
}

async function makeTables(db: Db): Promise<void> {
  // Two processes that start at the same time would both make them, and one would fail.
  await db.executeSql(
    `begin;
     select pg_advisory_xact_lock(hashtext('${ownSchema}'));
     create schema if not exists ${ownSchema};
     create table if not exists ${ownSchema}.marks (
       is_only boolean primary key default true check (is_only), mark text not null);
     create table if not exists ${ownSchema}.kept (name text primary key, value jsonb not null);
     create table if not exists ${ownSchema}.groups (name text primary key, shards integer not null);
     create table if not exists ${ownSchema}.jobs (
       name text primary key, id uuid not null, queue text not null,
       is_sent boolean not null default false, sent_on timestamptz not null default now());
     commit`,
  );
}

async function agreeOn(db: Db, mark: string): Promise<void> {
  await db.executeSql(`insert into ${ownSchema}.marks (mark) values ($1) on conflict do nothing`, [
    mark,
  ]);
  const { rows } = await db.executeSql(`select mark from ${ownSchema}.marks`);
  const found = String(rows[0]?.["mark"]);
  if (found === mark) return;
  throw Fault.invalid(
    `The queue is sealed with the key ${found}, and this key is ${mark}: name the key file that was used before.`,
  );
}

/** Removes jobs that were completed some days ago, and the names of jobs that no longer exist. */
async function purged(db: Db): Promise<void> {
  await db.executeSql(
    `delete from ${engineSchema}.job where state = 'completed' and completed_on < now() - interval '${keptDays} days'`,
  );
  await db.executeSql(
    `delete from ${ownSchema}.jobs o where o.is_sent and o.sent_on < now() - interval '${keptDays} days'
       and not exists (select 1 from ${engineSchema}.job j where j.name = o.queue and j.id = o.id)`,
  );
}

function queueName(group: string, shard: number): string {
  return `${group}/${shard}`;
}

function groupOf(queue: string): string {
  return queue.slice(0, queue.lastIndexOf("/"));
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function contentOf(data: unknown): { name: string; input: unknown } {
  const { name, input } = data as { name: string; input: unknown };
  return { name, input };
}

const stateOf: Readonly<Record<string, Exclude<JobState, "removed">>> = {
  created: "waiting",
  retry: "retrying",
  active: "running",
  completed: "completed",
  failed: "blocked",
};

function foundIn(row: Record<string, unknown>): FoundJob {
  const { name, input } = contentOf(row["data"]);
  return {
    name,
    state: stateOf[String(row["state"])] ?? "removed",
    input,
    output: row["output"] ?? undefined,
    attempts: Number(row["retry_count"]) + (row["state"] === "created" ? 0 : 1),
  };
}

function statsIn(rows: readonly Record<string, unknown>[]): GroupStats[] {
  const groups = new Map<string, GroupStats>();
  for (const row of rows) {
    const group = groupOf(String(row["queue"]));
    const state = stateOf[String(row["state"])];
    if (state === undefined) continue;
    const stats = groups.get(group) ?? {
      group,
      waiting: 0,
      running: 0,
      retrying: 0,
      completed: 0,
      blocked: 0,
      behindBlocked: 0,
    };
    stats[state] += Number(row["jobs"]);
    stats.behindBlocked += Number(row["behind"]);
    groups.set(group, stats);
  }
  return [...groups.values()].sort((one, other) => (one.group < other.group ? -1 : 1));
}
