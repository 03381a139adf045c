/**
 * The queue on PostgreSQL, with pg-boss as its engine: policy `key_strict_fifo`, whose order per key holds through
 * repeated jobs, killed processes and a database that crashes (measured, docs/worker.md).
 */
import type { Db } from "pg-boss";
import { answersOn } from "./answers.ts";
import { claimsOn, contentOf } from "./claims.ts";
import {
  engineSchema,
  openDatabase,
  ownSchema,
  purged,
  queueOptions,
  claimSeconds,
  type QueueChoices,
  type QueuePlace,
} from "./database.ts";
import { growingIds } from "./jobIds.ts";
import type {
  BlockedJob,
  FoundJob,
  GroupStats,
  JobQueue,
  JobState,
  NewJob,
  SentJob,
} from "./jobQueue.ts";
import { sharedRate } from "./rate.ts";
import { followSchedules, schedulesOf } from "./schedules.ts";
import { localSlots, sharedSlots } from "./slots.ts";
import { collected, grouped, startWork } from "./work.ts";

const purgeMs = 3_600_000;
/** Without fresh statistics a fetch takes seconds, and autovacuum comes too late (measured). */
const analyzeAfter = 500;
/** Statistics of many jobs stay right for longer. */
const analyzePart = 1 / 2;
const maxListed = 1_000;

/** Opens the queue, and makes its tables if there are none. Throws a `Fault` when it cannot be used. */
export async function openJobQueue(place: QueuePlace, choices: QueueChoices): Promise<JobQueue> {
  const { boss, db, connect, close } = await openDatabase(place, choices);
  const nextId = growingIds();
  const known = new Set<string>();
  const works = new Set<{ look(): void }>();
  let inserted = 0;
  let analyzed = 0;
  let sending: Promise<unknown> = Promise.resolve();
  let purging: NodeJS.Timeout | undefined;

  /** Each group has a queue of the engine. */
  async function makeQueue(group: string): Promise<void> {
    if (known.has(group)) return;
    await db.executeSql(
      `insert into ${ownSchema}.groups (name) values ($1) on conflict do nothing`,
      [group],
    );
    await boss.createQueue(group, queueOptions(choices));
    known.add(group);
  }

  async function add(jobs: readonly NewJob[]): Promise<SentJob[]> {
    const unique = [...new Map(jobs.map((job) => [job.name, job])).values()];
    for (const { group } of unique) await makeQueue(group);
    const missing = await placed(
      db,
      unique.map((job) => ({ ...job, id: nextId() })),
    );
    for (const [group, own] of grouped(missing, (job) => job.group))
      await boss.insert(
        group,
        own.map(({ id, name, key = id, input }) => ({
          id,
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

  const engine = claimsOn({ boss, db });

  /** The group and the ID of a job; undefined when there was none of this name. */
  async function placeOf(name: string): Promise<{ group: string; id: string } | undefined> {
    const { rows } = await db.executeSql(
      `select id, group_name from ${ownSchema}.jobs where name = $1 and is_sent`,
      [name],
    );
    const [row] = rows;
    return row && { group: String(row["group_name"]), id: String(row["id"]) };
  }

  return {
    async send(jobs) {
      const sent = addInTurn(jobs);
      sending = sent.catch(() => undefined);
      const answers = (await sent).get(jobs) ?? [];
      for (const work of works) work.look();
      return answers;
    },
    work(handle, { atOnce, perGroup, perGroupAndMinute, onDue, log }) {
      const slots = connect === undefined ? localSlots(perGroup) : sharedSlots(perGroup, connect);
      const rate =
        perGroupAndMinute === undefined
          ? undefined
          : sharedRate(db, `${ownSchema}.groups`, perGroupAndMinute);
      const claimMs = claimSeconds * 1000;
      const work = startWork(engine, handle, { atOnce, slots, rate, log, claimMs });
      works.add(work);
      const scheduling = onDue && followSchedules(boss, onDue, log);
      const purge = (): void => void purged(db).catch(() => undefined);
      purging ??= setInterval(purge, purgeMs).unref();
      purge();
      return {
        async stop() {
          works.delete(work);
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
        [found.group, found.id],
      );
      const [row] = rows;
      return row === undefined ? { name, state: "removed", attempts: 0 } : foundIn(row);
    },
    async blocked() {
      const { rows } = await db.executeSql(
        `select j.name as group, j.state, j.retry_count, j.data, j.output, j.completed_on,
           (select count(*) from ${engineSchema}.job w where w.name = j.name
              and w.singleton_key = j.singleton_key and w.state = 'created') as behind
         from ${engineSchema}.job j where j.state = 'failed' and j.policy = 'key_strict_fifo'
         order by j.completed_on, j.id limit ${maxListed}`,
      );
      return rows.map((row): BlockedJob => ({
        ...foundIn(row),
        group: String(row["group"]),
        since: new Date(String(row["completed_on"])),
        behind: Number(row["behind"]),
      }));
    },
    async retry(name) {
      const found = await placeOf(name);
      return found !== undefined && (await boss.retry(found.group, found.id)).affected > 0;
    },
    async drop(name) {
      const found = await placeOf(name);
      if (found === undefined) return false;
      const { rows } = await db.executeSql(
        `with dropped as (
           delete from ${engineSchema}.job where name = $1 and id = $2 and state = 'failed' returning id),
         forgotten as (delete from ${ownSchema}.answers where job = $3 and exists (select from dropped))
         select id from dropped`,
        [found.group, found.id, name],
      );
      return rows.length > 0;
    },
    async stats() {
      const { rows } = await db.executeSql(
        `select j.name as group, j.state, count(*) as jobs, count(b.id) as behind,
           count(*) filter (where j.completed_on > now() - interval '1 minute') as last_minute,
           coalesce(extract(epoch from now() - min(j.created_on)), 0) as oldest,
           coalesce(max(extract(epoch from g.held_until - now())), 0) as held
         from ${engineSchema}.job j left join ${engineSchema}.job b on b.name = j.name
           and b.singleton_key = j.singleton_key and b.state = 'failed' and j.state = 'created'
         left join ${ownSchema}.groups g on g.name = j.name
         where j.policy = 'key_strict_fifo'
         group by j.name, j.state`,
      );
      return statsIn(rows);
    },
    async waiting(limit) {
      const { rows } = await db.executeSql(
        `select count(*) as jobs from (
           select 1 from ${engineSchema}.job where state < 'active' and policy = 'key_strict_fifo'
           limit $1::bigint) counted`,
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
    ...answersOn(db),
    ...schedulesOf(boss, choices),
    async close() {
      clearInterval(purging);
      await sending;
      await close();
    },
  };
}

/**
 * Gives each name its ID and its group, and resolves to the jobs that are not in the queue yet. They are on the disk
 * before the jobs: a sender that was killed in between sends the same job again.
 */
async function placed<Job extends NewJob & { id: string }>(
  db: Db,
  jobs: readonly Job[],
): Promise<Job[]> {
  const names = jobs.map(({ name }) => name);
  await db.executeSql(
    `insert into ${ownSchema}.jobs (name, id, group_name)
     select * from unnest($1::text[], $2::uuid[], $3::text[]) on conflict do nothing`,
    [names, jobs.map(({ id }) => id), jobs.map(({ group }) => group)],
  );
  const { rows } = await db.executeSql(
    `select name, id, group_name, is_sent from ${ownSchema}.jobs where name = any($1::text[])`,
    [names],
  );
  const known = new Map(rows.map((row) => [String(row["name"]), row]));
  return jobs.flatMap((job) => {
    const row = known.get(job.name);
    if (row === undefined || row["is_sent"] === true) return [];
    return [{ ...job, id: String(row["id"]), group: String(row["group_name"]) }];
  });
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
    const group = String(row["group"]);
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
