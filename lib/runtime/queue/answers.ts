/** The answers that an import has received, for its next run: on any machine. */
import type { Db } from "pg-boss";
import { ownSchema } from "./database.ts";

/** An answer to be kept. */
export interface JobAnswer extends Omit<KeptJobAnswer, "ageMs"> {
  /** JSON. Stored as it is: seal what is secret. */
  value: object;
}

/** What is known of an answer without opening it. */
export interface KeptJobAnswer {
  /** Chosen by whoever keeps it. */
  id: number;
  /** The answer of which it is the next page; null: of none. */
  after: number | null;
  /** What it counts for: an answer for anything else is of no use. */
  about: string;
  /** Names the request. */
  request: string;
  isList: boolean;
  /** By the clock of the database. */
  ageMs: number;
}

/** They are kept until the job is completed or dropped, or they are too old (`purged`). */
export interface JobAnswers {
  keepAnswers(job: string, answers: readonly JobAnswer[]): Promise<void>;
  /** All that are kept for a job, in the order in which they came. */
  keptAnswers(job: string): Promise<KeptJobAnswer[]>;
  /** The values of these answers, as far as they are kept. */
  answerValues(job: string, ids: readonly number[]): Promise<Map<number, unknown>>;
  forgetAnswers(job: string): Promise<void>;
}

export function answersOn(db: Db): JobAnswers {
  return {
    async keepAnswers(job, answers) {
      await db.executeSql(
        `insert into ${ownSchema}.answers (job, id, after, about, request, is_list, value)
         select $1, i.* from json_to_recordset($2::text::json)
           as i (id bigint, after bigint, about text, request text, "isList" boolean, value jsonb)`,
        [job, JSON.stringify(answers)],
      );
    },
    async keptAnswers(job) {
      const { rows } = await db.executeSql(
        `select id, after, about, request, is_list, extract(epoch from clock_timestamp() - kept_on) * 1000 as age
         from ${ownSchema}.answers where job = $1 order by place`,
        [job],
      );
      return rows.map(({ id, after, about, request, is_list: isList, age }) => ({
        id: Number(id),
        after: after === null ? null : Number(after),
        about: String(about),
        request: String(request),
        isList: isList === true,
        ageMs: Number(age),
      }));
    },
    async answerValues(job, ids) {
      const { rows } = await db.executeSql(
        `select id, value from ${ownSchema}.answers where job = $1 and id = any($2::bigint[])`,
        [job, ids],
      );
      return new Map(rows.map(({ id, value }) => [Number(id), value]));
    },
    async forgetAnswers(job) {
      await db.executeSql(`delete from ${ownSchema}.answers where job = $1`, [job]);
    },
  };
}
