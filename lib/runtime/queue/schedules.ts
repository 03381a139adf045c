/** What is to be done at certain times. The engine knows the times. */
import type { PgBoss } from "pg-boss";
import { Fault } from "../../fault.ts";
import { queueOptions, type QueueChoices } from "./database.ts";
import type { Due, JobQueue, QueueLog } from "./jobQueue.ts";

/** The engine's queue of schedules whose time has come. No group has a name like this. */
const scheduleQueue = "schedules/due";
const scheduleName = /^[\w.-]{1,60}$/;
const dueMs = 2_000;

/** The schedules of a queue. */
export function schedulesOf(
  boss: PgBoss,
  choices: QueueChoices,
): Pick<JobQueue, "schedule" | "schedules" | "unschedule"> {
  return {
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
        value: contentIn(data).value,
      }));
    },
    async unschedule(name) {
      const found = await boss.getSchedules(scheduleQueue);
      if (!found.some(({ key }) => key === name)) return false;
      await boss.unschedule(scheduleQueue, name);
      return true;
    },
  };
}

/** Passes on the schedules whose time has come. */
export function followSchedules(
  boss: PgBoss,
  onDue: (due: Due) => Promise<void>,
  log: QueueLog,
): { stop(): Promise<void> } {
  let looking = Promise.resolve();
  let isLooking = false;
  async function look(): Promise<void> {
    for (const job of await boss.fetch(scheduleQueue, { batchSize: 10, includeMetadata: true })) {
      const { name, value } = contentIn(job.data);
      try {
        await onDue({ name, value, at: new Date(job.createdOn ?? Date.now()) });
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

function contentIn(data: unknown): { name: string; value: object } {
  const { name = "", value = {} } = (data ?? {}) as { name?: string; value?: object };
  return { name, value };
}
