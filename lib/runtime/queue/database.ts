/** The database of the queue: the tables of its engine (pg-boss), and those beside them. */
import type { Client } from "pg";
import type { Db, PgBoss } from "pg-boss";
import { Fault } from "../../fault.ts";
import { maxAnswerAgeMs } from "../../store/answerJournal.ts";
import { loadDriver, loadEmbedded, loadEngine } from "./engine.ts";
import type { QueueLog } from "./jobQueue.ts";

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
}

export interface Database {
  boss: PgBoss;
  db: Db;
  /** Opens a session of its own. Undefined: there is only one process. */
  connect: (() => Promise<Client>) | undefined;
  close(): Promise<void>;
}

export const engineSchema = "exo_jobs";
export const ownSchema = "exo_connector";

/** Other processes take a job that was not renewed for so long. */
export const claimSeconds = 10;
const defaultRetrySeconds = 2;
const maxRetrySeconds = 300;
/** With the delays above, about an hour and a half. */
const defaultMaxRetries = 24;
/** Longer than the longest event; a worker that dies is noticed by its heartbeat. */
const expireSeconds = 3_600;
/** The engine removes nothing by itself: a job that was given up must block its key until a person decides. */
const neverSeconds = 10 * 365 * 86_400;
const keptDays = 7;
/** For a database that does not answer, as when a cable is cut: without these, a worker would wait for ever. */
const patience = { connectionTimeoutMillis: 10_000, query_timeout: 60_000, keepAlive: true };

/** Compiling a statement takes a hundred times as long as running it, once many jobs wait (measured). */
const withoutCompiler = { options: "-c jit=off" };

/** A host that is cut off would keep its slots for two hours, as the server would not notice before. */
const noticeLoss =
  "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3";

/** Opens the database, and makes its tables if there are none. Throws a `Fault` when it cannot be used. */
export async function openDatabase(place: QueuePlace, choices: QueueChoices): Promise<Database> {
  const engine = await openEngine(place, choices);
  const db = engine.boss.getDb();
  try {
    await makeTables(db);
    await agreeOn(db, choices);
  } catch (thrown) {
    await engine.close().catch(() => undefined);
    throw thrown instanceof Fault ? thrown : unusable(thrown);
  }
  return { ...engine, db };
}

async function openEngine(
  place: QueuePlace,
  { log, watches }: QueueChoices,
): Promise<Omit<Database, "db">> {
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
  let connect: Database["connect"];
  let boss: PgBoss;
  if ("connectionString" in place) {
    const { connectionString } = place;
    boss = new PgBoss({ ...shared, connectionString, max: 6, ...patience, ...withoutCompiler });
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

/** Of the engine's queue of one group. */
export function queueOptions({ retrySeconds, maxRetries }: QueueChoices) {
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
      left join ${ownSchema}.groups g on g.name = q.name
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
       is_only boolean primary key default true check (is_only), mark text not null, last_seal text);
     create table if not exists ${ownSchema}.kept (name text primary key, value jsonb not null);
     create table if not exists ${ownSchema}.parts (
       job text not null, number integer not null, value jsonb not null, primary key (job, number));
     create table if not exists ${ownSchema}.answers (
       job text not null, place bigserial, id bigint not null, after bigint, about text not null,
       request text not null, is_list boolean not null, value jsonb not null,
       kept_on timestamptz not null default clock_timestamp(), primary key (job, place));
     create table if not exists ${ownSchema}.groups (
       name text primary key, held_until timestamptz, allowed float8 not null default 0,
       filled_on timestamptz not null default 'epoch');
     create table if not exists ${ownSchema}.jobs (
       name text primary key, id uuid not null, group_name text not null,
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

/**
 * Removes jobs that were completed some days ago, the names of jobs that no longer exist, and answers that are too old
 * for the import that has received them.
 */
export async function purged(db: Db): Promise<void> {
  await db.executeSql(
    `delete from ${engineSchema}.job where state = 'completed' and completed_on < now() - interval '${keptDays} days'`,
  );
  await db.executeSql(
    `delete from ${ownSchema}.jobs o where o.is_sent and o.sent_on < now() - interval '${keptDays} days'
       and not exists (select 1 from ${engineSchema}.job j where j.name = o.group_name and j.id = o.id)`,
  );
  await db.executeSql(
    `delete from ${ownSchema}.answers where kept_on < now() - $1::float8 * interval '1 millisecond'`,
    [maxAnswerAgeMs],
  );
  await db.executeSql(
    `delete from ${ownSchema}.parts p where not exists (select 1 from ${ownSchema}.jobs o where o.name = p.job)`,
  );
}
