/** How many jobs of one group begin in a minute, in all processes together. */
import type { Db } from "pg-boss";

export interface Rate {
  /** Resolves to how many jobs of the group may begin now, at most `wanted`. */
  take(group: string, wanted: number): Promise<number>;
  /** For jobs that were allowed and did not begin. */
  giveBack(group: string, count: number): void;
}

/**
 * Fixed windows would let through twice as many around their border. This is a bucket that is filled steadily and holds
 * a thirtieth of the number, so no minute has more than `perMinute`. The clock is that of the database. `table` has
 * a row for each group, with `allowed` and `filled_on`.
 */
export function sharedRate(db: Db, table: string, perMinute: number): Rate {
  const most = Math.max(1, perMinute / 30);
  const perSecond = Math.max(0, perMinute - most) / 60;
  return {
    async take(group, wanted) {
      const { rows } = await db.executeSql(
        `update ${table} t set allowed = f.held - f.taken, filled_on = f.at
         from (
           select name, held, least(floor(held), $2::float8) as taken, at
           from (
             select name, clock_timestamp() as at, least($3::float8,
               allowed + $4::float8 * greatest(0, extract(epoch from clock_timestamp() - filled_on)::float8)) as held
             from ${table} where name = $1 for update
           ) filled
         ) f
         where t.name = f.name returning f.taken`,
        [group, wanted, most, perSecond],
      );
      return Number(rows[0]?.["taken"] ?? 0);
    },
    giveBack(group, count) {
      // Without it, a little fewer begin than may.
      void db
        .executeSql(`update ${table} set allowed = allowed + $2::float8 where name = $1`, [
          group,
          count,
        ])
        .catch(() => undefined);
    },
  };
}
