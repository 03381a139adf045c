/** Jobs that this process takes, keeps and settles: statements on the tables of the engine. */
import type { Db, PgBoss } from "pg-boss";
import { engineSchema, ownSchema } from "./database.ts";
import type { Claimed, Engine, Settled } from "./work.ts";

export interface OwnJob extends Claimed {
  retryCount: number;
  /** Begins anew with each claim. */
  startedOn: string;
}

export function claimsOn({ boss, db }: { boss: PgBoss; db: Db }): Engine<OwnJob> {
  return {
    async ready() {
      const { rows } = await db.executeSql(`select name from ${ownSchema}.due_queues()`);
      return rows.map(({ name }) => String(name));
    },
    claim: (group, count) => claimed(db, group, count),
    async renew(group, jobs) {
      const { settled = [] } = await boss.touch(group, jobs);
      return new Set(settled);
    },
    async settle(ends) {
      const [first] = ends;
      if (first?.ended.how === "completed") return new Set(await completed(db, ends));
      const settled = new Set<string>();
      for (const { job, ended } of ends) {
        if (ended.how === "goesOn") {
          if (await wentBack(db, job)) settled.add(job.id);
          continue;
        }
        const { affected } = await boss.fail(job.group, job, ended.output);
        if (affected > 0) settled.add(job.id);
      }
      return settled;
    },
  };
}

/**
 * Takes the oldest jobs whose turn has come: each is the first of its key, and no other one of the key runs, is to be
 * repeated or has been given up. The engine's own statement (`fetchNextJob`) reads the first job of every key before it
 * takes any, which takes longer the more accounts wait. This one asks for the first job of the key with each job that
 * it comes across in the order of their age, and ends when it has enough. What is not the first of its key when it asks
 * is not taken; the engine's unique index (`job_i8`) lets no two of a key run.
 */
export async function claimed(db: Db, group: string, count: number): Promise<OwnJob[]> {
  const first = `(
      select h.id from ${engineSchema}.job h
      where h.name = $1 and h.singleton_key = j.singleton_key and h.state < 'active' and not h.blocked
        and h.policy = 'key_strict_fifo'
      order by h.state desc, h.created_on, h.id limit 1)`;
  const other = `(
      select b.id from ${engineSchema}.job b
      where b.name = $1 and b.singleton_key = j.singleton_key and b.state in ('active', 'retry', 'failed')
        and b.policy = 'key_strict_fifo' and b.id <> j.id limit 1)`;
  const { rows } = await db
    .executeSql(
      `with due as (
         select j.id from ${engineSchema}.job j
         where j.name = $1 and j.state < 'active' and not j.blocked and j.start_after <= ${engineSchema}.job_now()
           and j.id = ${first} and ${other} is null
         order by j.priority desc, j.created_on limit $2::bigint
         for update of j skip locked)
       update ${engineSchema}.job j
       set state = 'active', started_on = ${engineSchema}.job_now(), heartbeat_on = ${engineSchema}.job_now(),
         retry_count = case when j.started_on is null then j.retry_count else j.retry_count + 1 end
       from due where j.name = $1 and j.id = due.id
       returning j.id, j.retry_count, j.data, j.started_on::text`,
      [group, count],
    )
    .catch((error: unknown) => {
      // Another process has taken a job of one of the keys meanwhile: the next look finds the others.
      if (isDuplicate(error)) return { rows: [] };
      throw error;
    });
  return rows.map(({ id, retry_count: retryCount, data, started_on: startedOn }) => ({
    id: String(id),
    retryCount: Number(retryCount),
    startedOn: String(startedOn),
    group,
    ...contentOf(data),
  }));
}

/** 23505: unique_violation. */
function isDuplicate(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}

/**
 * Completes jobs of several groups at once: the statement of the engine (`completeJobsWithOutputs`), which has only one
 * queue. The names make the planner look at the tables of these groups only. What was kept for the next run of a job
 * goes with its end.
 */
async function completed(db: Db, ends: readonly Settled<OwnJob>[]): Promise<string[]> {
  const input = ends.map(({ job, ended }) => ({
    job: job.name,
    name: job.group,
    id: job.id,
    retry_count: job.retryCount,
    output: ended.output,
  }));
  const { rows } = await db.executeSql(
    `with done as (
     update ${engineSchema}.job j
     set completed_on = ${engineSchema}.job_now(), state = 'completed', output = i.output
     from json_to_recordset($1::text::json)
       as i (job text, name text, id uuid, retry_count integer, output jsonb)
     where j.name = any($2::text[]) and j.id = any($3::uuid[])
       and j.name = i.name and j.id = i.id and j.retry_count = i.retry_count and j.state = 'active'
     returning j.id, i.job),
     forgotten as (
       delete from ${ownSchema}.answers a using done where a.job = any($4::text[]) and a.job = done.job)
     select id from done`,
    [
      JSON.stringify(input),
      [...new Set(ends.map(({ job }) => job.group))],
      ends.map(({ job }) => job.id),
      // The planner knows of these names whether there are answers: few jobs are imports.
      ends.map(({ job }) => job.name),
    ],
  );
  return rows.map((row) => String(row["id"]));
}

/**
 * A job waits as if it had never begun: it is still the first of its key, and its next claim is no other attempt. Only
 * this claim of it: the answer to this statement can be lost, and another process can have the job by then.
 */
async function wentBack(db: Db, { group, id, retryCount, startedOn }: OwnJob): Promise<boolean> {
  const { rows } = await db.executeSql(
    `update ${engineSchema}.job
     set state = 'created', started_on = null, heartbeat_on = null, start_after = ${engineSchema}.job_now()
     where name = $1 and id = $2 and retry_count = $3 and state = 'active' and started_on::text = $4
     returning id`,
    [group, id, retryCount, startedOn],
  );
  return rows.length > 0;
}

/** What is in a job. */
export function contentOf(data: unknown): { name: string; input: unknown } {
  const { name, input } = data as { name: string; input: unknown };
  return { name, input };
}
