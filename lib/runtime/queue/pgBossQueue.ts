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
  Due,
  GroupStats,
  JobQueue,
  JobState,
  NewJob,
  QueueLog,
  SentJob,
} from "./jobQueue.ts";
import { sharedRate } from "./rate.ts";
import { localSlots, sharedSlots } from "./slots.ts";
import { byQueue, collected, startWork, type Claimed, type Engine, type Settled } from "./work.ts";

/** A PostgreSQL server, or a folder for one inside this process; without a folder it is in memory. */
export type QueuePlace = { connectionString: string } | { embedded: string | undefined };

export interface QueueChoices {
  log: QueueLog;
  /** Whether this process watches over the jobs of others, as a worker does. */
  watches: boolean;
  /** What everyone who uses the queue has to agree on: the ID of the key of names. */
  mark: string;
  /** What can be opened here: the IDs of the keys, the one that seals last. */
  seals: readonly string[];
  /** The first delay before a job is repeated; each next one is twice as long. */
  retrySeconds?: number;
  /** A job that was repeated so often is given up. */
  maxRetries?: number;
  /** The queues of a group that has none yet. */
  shards?: number | undefined;
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
/** Statistics of many jobs stay right for longer. */
const analyzePart = 1 / 2;
const maxListed = 1_000;
/** For a database that does not answer, as when a cable is cut: without these, a worker would wait for ever. */
const patience = { connectionTimeoutMillis: 10_000, query_timeout: 60_000, keepAlive: true };

/** A host that is cut off would keep its slots for two hours, as the server would not notice before. */
const noticeLoss =
  "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3";

interface OwnJob extends Claimed {
  retryCount: number;
}

/** Opens the queue, and makes its tables if there are none. Throws a `Fault` when it cannot be used. */
export async function openJobQueue(place: QueuePlace, choices: QueueChoices): Promise<JobQueue> {
  const { boss, connect, close } = await openEngine(place, choices);
  const db = boss.getDb();
  try {
    await makeTables(db);
    await agreeOn(db, choices);
  } catch (thrown) {
    await close().catch(() => undefined);
    throw thrown instanceof Fault ? thrown : unusable(thrown);
  }
  const nextId = growingIds();
  const shardsOf = new Map<string, number>();
  let inserted = 0;
  let analyzed = 0;
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
    if (inserted >= Math.max(analyzeAfter, analyzed * analyzePart)) {
      analyzed += inserted;
      inserted = 0;
      await db.executeSql(`analyze ${engineSchema}.job`);
    }
    const isNew = new Set(missing.map(({ name }) => name));
    return jobs.map(({ name }) => ({ name, isNew: isNew.delete(name) }));
  }

  /** One insert after the other, each for all calls meanwhile: the order of the calls is that of the jobs. */
  const addInTurn = collected(async (calls: readonly (readonly NewJob[])[]) => {
    const sent = await add(calls.flat());
    let start = 0;
    return new Map(calls.map((jobs) => [jobs, sent.slice(start, (start += jobs.length))]));
  });

  const engine: Engine<OwnJob> = {
    async ready() {
      const { rows } = await db.executeSql(`select name from ${ownSchema}.due_queues()`);
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
    async settle(ends) {
      const [first] = ends;
      if (first?.ended.how === "completed") return new Set(await complete(ends));
      const settled = new Set<string>();
      for (const { job, ended } of ends) {
        const { affected } = await boss.fail(job.queue, job, ended.output);
        if (affected > 0) settled.add(job.id);
      }
      return settled;
    },
  };

  /**
   * Completes jobs of several queues at once: the statement of the engine (`completeJobsWithOutputs`), which has only
   * one queue. The names make the planner look at the tables of these queues only.
   */
  async function complete(ends: readonly Settled<OwnJob>[]): Promise<string[]> {
    const input = ends.map(({ job, ended }) => ({
      name: job.queue,
      id: job.id,
      retry_count: job.retryCount,
      output: ended.output,
    }));
    const { rows } = await db.executeSql(
      `update ${engineSchema}.job j
       set completed_on = ${engineSchema}.job_now(), state = 'completed', output = i.output
       from json_to_recordset($1::text::json) as i (name text, id uuid, retry_count integer, output jsonb)
       where j.name = any($2::text[]) and j.id = any($3::uuid[])
         and j.name = i.name and j.id = i.id and j.retry_count = i.retry_count and j.state = 'active'
       returning j.id`,
      [
        JSON.stringify(input),
        [...new Set(ends.map(({ job }) => job.queue))],
        ends.map(({ job }) => job.id),
      ],
    );
    return rows.map((row) => String(row["id"]));
  }

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
    async send(jobs) {
      const sent = addInTurn(jobs);
      sending = sent.catch(() => undefined);
      return (await sent).get(jobs) ?? [];
    },
    work(handle, { atOnce, perGroup, perGroupAndMinute, onDue, log }) {
      const slots = connect === undefined ? localSlots(perGroup) : sharedSlots(perGroup, connect);
      const rate =
        perGroupAndMinute === undefined
          ? undefined
          : sharedRate(db, `${ownSchema}.groups`, perGroupAndMinute);
      const claimMs = claimSeconds * 1000;
      const work = startWork(engine, handle, { atOnce, slots, rate, log, claimMs });
      const scheduling = onDue && followSchedules(boss, onDue, log);
      const purge = (): void => void purged(db).catch(() => undefined);
      purging ??= setInterval(purge, purgeMs).unref();
      purge();
      return {
        async stop() {
          await scheduling?.stop();
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
         from ${engineSchema}.job j where j.state = 'failed' and j.name like '%/%'
         order by j.completed_on, j.id limit ${maxListed}`,
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
        `select j.name as queue, j.state, count(*) as jobs, count(b.id) as behind,
           count(*) filter (where j.completed_on > now() - interval '1 minute') as last_minute,
           coalesce(extract(epoch from now() - min(j.created_on)), 0) as oldest,
           coalesce(max(extract(epoch from g.held_until - now())), 0) as held
         from ${engineSchema}.job j left join ${engineSchema}.job b on b.name = j.name
           and b.singleton_key = j.singleton_key and b.state = 'failed' and j.state = 'created'
         left join ${ownSchema}.groups g on g.name = split_part(j.name, '/', 1)
         where j.name like '%/%'
         group by j.name, j.state`,
      );
      return statsIn(rows);
    },
    async waiting(limit) {
      const { rows } = await db.executeSql(
        `select count(*) as jobs from (
           select 1 from ${engineSchema}.job where state < 'active' and name like '%/%' limit $1::bigint) counted`,
        [limit],
      );
      return Number(rows[0]?.["jobs"]);
    },
    async hold(group, ms) {
      await db.executeSql(
        `update ${ownSchema}.groups set held_until =
           greatest(held_until, clock_timestamp() + $2::float8 * interval '1 millisecond') where name = $1`,
        [group, ms],
      );
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
    async keepPart(job, number, value) {
      if (number === 0) await db.executeSql(`delete from ${ownSchema}.parts where job = $1`, [job]);
      await db.executeSql(
        `insert into ${ownSchema}.parts (job, number, value) values ($1, $2, $3::text::jsonb)
         on conflict (job, number) do update set value = excluded.value`,
        [job, number, JSON.stringify(value)],
      );
    },
    async part(job, number) {
      const { rows } = await db.executeSql(
        `select value from ${ownSchema}.parts where job = $1 and number = $2`,
        [job, number],
      );
      return rows[0]?.["value"];
    },
    async schedule({ name, cron, timeZone, value }) {
      if (!scheduleName.test(name))
        throw Fault.invalid(
          `${JSON.stringify(name.slice(0, 60))} is not a name of a schedule; expected 1 to 60 letters, digits, ` +
            "hyphens and dots.",
        );
      if (cron.trim().split(/\s+/).length !== 5)
        throw Fault.invalid(
          `The time ${JSON.stringify(cron)} has not five fields; expected minute, hour, day, month and weekday.`,
        );
      await boss.createQueue(scheduleQueue, { ...queueOptions(choices), policy: "standard" });
      const options = { tz: timeZone, key: name, missed: "once" } as const;
      await boss.schedule(scheduleQueue, cron, { name, value }, options).catch((error: unknown) => {
        throw Fault.invalid(`The schedule cannot be used. ${Fault.of(error).message}`, error);
      });
    },
    async schedules() {
      const found = await boss.getSchedules(scheduleQueue);
      return found.map(({ key, cron, timezone, data }) => ({
        name: key,
        cron,
        timeZone: timezone,
        value: valueOf(data),
      }));
    },
    async unschedule(name) {
      const found = await boss.getSchedules(scheduleQueue);
      if (!found.some(({ key }) => key === name)) return false;
      await boss.unschedule(scheduleQueue, name);
      return true;
    },
    async close() {
      clearInterval(purging);
      await sending;
      await close();
    },
  };
}

/** The engine's queue of schedules whose time has come. It has no group. */
const scheduleQueue = "schedules";
const scheduleName = /^[\w.-]{1,60}$/;
const dueMs = 2_000;

/** Passes on what the schedules have in store. */
function followSchedules(
  boss: PgBoss,
  onDue: (due: Due) => Promise<void>,
  log: QueueLog,
): { stop(): Promise<void> } {
  let looking = Promise.resolve();
  let isLooking = false;
  async function look(): Promise<void> {
    for (const job of await boss.fetch(scheduleQueue, { batchSize: 10, includeMetadata: true })) {
      const { name } = contentOf(job.data);
      try {
        await onDue({ name, value: valueOf(job.data), at: new Date(job.createdOn ?? Date.now()) });
        await boss.complete(scheduleQueue, job, {});
      } catch (thrown) {
        log("error", `The schedule ${name} could not be followed yet. ${Fault.of(thrown).message}`);
        await boss.fail(scheduleQueue, job, {});
      }
    }
  }
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    looking = look()
      // There is none before the first schedule, and none while the database is away.
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, dueMs);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}

function valueOf(data: unknown): object {
  return (data as { value?: object } | undefined)?.value ?? {};
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
    schedule: watches,
    monitorIntervalSeconds: 2,
    superviseIntervalSeconds: 2,
    cronMonitorIntervalSeconds: 15,
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
      await client.query(noticeLoss);
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

/**
 * The queues in which a job may be due. A function, because its plan is kept in each session: planning a statement over
 * the tables of all queues takes longer than carrying it out (measured).
 */
const dueQueues = `
  create or replace function ${ownSchema}.due_queues() returns table (name text) language plpgsql as $$
  begin
    return query
      select q.name from ${engineSchema}.queue q
      left join ${ownSchema}.groups g on g.name = split_part(q.name, '/', 1)
      cross join lateral (
        select 1 from ${engineSchema}.job j
        where j.name = q.name and j.state < 'active' and not j.blocked and j.start_after <= now() limit 1
      ) due
      where q.policy = 'key_strict_fifo' and (g.held_until is null or g.held_until <= clock_timestamp());
  end $$;`;

async function makeTables(db: Db): Promise<void> {
  // Two processes that start at the same time would both make them, and one would fail.
  await db.executeSql(
    `begin;
     select pg_advisory_xact_lock(hashtext('${ownSchema}'));
     create schema if not exists ${ownSchema};
     create table if not exists ${ownSchema}.marks (
       is_only boolean primary key default true check (is_only), mark text not null);
     alter table ${ownSchema}.marks add column if not exists last_seal text;
     create table if not exists ${ownSchema}.kept (name text primary key, value jsonb not null);
     create table if not exists ${ownSchema}.parts (
       job text not null, number integer not null, value jsonb not null, primary key (job, number));
     create table if not exists ${ownSchema}.groups (name text primary key, shards integer not null);
     alter table ${ownSchema}.groups
       add column if not exists held_until timestamptz,
       add column if not exists allowed float8 not null default 0,
       add column if not exists filled_on timestamptz not null default 'epoch';
     create table if not exists ${ownSchema}.jobs (
       name text primary key, id uuid not null, queue text not null,
       is_sent boolean not null default false, sent_on timestamptz not null default now());
     ${dueQueues}
     commit`,
  );
}

async function agreeOn(
  db: Db,
  { mark, seals }: Pick<QueueChoices, "mark" | "seals">,
): Promise<void> {
  await db.executeSql(`insert into ${ownSchema}.marks (mark) values ($1) on conflict do nothing`, [
    mark,
  ]);
  // Only a file that opens what the last key has sealed can be newer.
  const { rows } = await db.executeSql(
    `update ${ownSchema}.marks
     set last_seal = case when last_seal is null or last_seal = any($1::text[]) then $2 else last_seal end
     returning mark, last_seal`,
    [seals, seals.at(-1)],
  );
  const found = String(rows[0]?.["mark"]);
  if (found !== mark)
    throw Fault.invalid(
      `The queue is sealed with the key ${found}, and this key is ${mark}: name the key file that was used before.`,
    );
  if (rows[0]?.["last_seal"] !== seals.at(-1))
    throw Fault.invalid(
      "The queue is sealed with a newer key than this file has: copy the key file from where it was renewed.",
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
  await db.executeSql(
    `delete from ${ownSchema}.parts p where not exists (select 1 from ${ownSchema}.jobs o where o.name = p.job)`,
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
      lastMinute: 0,
      oldestSeconds: 0,
      heldSeconds: 0,
    };
    stats[state] += Number(row["jobs"]);
    stats.behindBlocked += Number(row["behind"]);
    if (state === "completed") stats.lastMinute += Number(row["last_minute"]);
    if (state === "waiting" || state === "retrying")
      stats.oldestSeconds = Math.max(stats.oldestSeconds, Number(row["oldest"]));
    stats.heldSeconds = Math.max(0, Number(row["held"]));
    groups.set(group, stats);
  }
  return [...groups.values()].sort((one, other) => (one.group < other.group ? -1 : 1));
}
