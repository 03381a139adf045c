/** Events that are sent at certain times. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eventText, tenant } from "./httpQueue.ts";
import { inMemory, opened, until, type Opened } from "./opened.ts";

const everyMinute = { name: "every-minute", cron: "* * * * *", timeZone: "Europe/Amsterdam" };

describe.skipIf(!inject("engine"))("a schedule", () => {
  let one: Opened;
  beforeAll(async () => {
    one = await opened(inMemory);
  });
  afterAll(() => one.queue.close());
  const line = (): { bytes: Buffer; source: string } => ({
    bytes: Buffer.from(eventText("its own id", "x")),
    source: "the event",
  });

  it("sends its event at its time, once, sealed, until it is removed", async () => {
    await one.events.schedule(line(), { ...everyMinute, cron: "0 2 31 12 *" });
    await one.events.schedule(line(), everyMinute);
    const [kept, ...others] = await one.queue.schedules();
    expect(others).toEqual([]);
    expect(kept).toMatchObject(everyMinute);
    expect(JSON.stringify(kept?.value)).not.toMatch(/canary|lifecycle/);
    const ran: string[] = [];
    const works = [1, 2].map(() =>
      one.queue.work(
        ({ name, group }) => {
          expect(group).toBe(tenant);
          ran.push(name);
          return Promise.resolve({ how: "completed", output: {} });
        },
        { atOnce: 2, perGroup: 2, log: () => undefined, onDue: one.events.due },
      ),
    );
    await until(() => ran.length === 1);
    expect(await one.queue.unschedule("every-minute")).toBe(true);
    expect(await one.queue.unschedule("every-minute")).toBe(false);
    await Promise.all(works.map((work) => work.stop()));
    expect(ran.length).toBe(1);
    expect((await one.queue.stats()).map(({ completed }) => completed)).toEqual([1]);
  });

  it("needs a time, a time zone, a name and an event that there are", async () => {
    const schedule = (more: object): Promise<void> =>
      one.events.schedule(line(), { ...everyMinute, ...more });
    await expect(schedule({ cron: "* * *" })).rejects.toThrow(/^The time "\* \* \*" has not five/);
    await expect(schedule({ cron: "99 * * * *" })).rejects.toThrow(/^The schedule cannot be used/);
    await expect(schedule({ timeZone: "Mars/Olympus" })).rejects.toThrow(
      /^The schedule cannot be used/,
    );
    await expect(schedule({ name: "a b" })).rejects.toThrow(/is not a name of a schedule/);
    await expect(
      one.events.schedule(
        { bytes: Buffer.from('{"event": {}}'), source: "the event" },
        everyMinute,
      ),
    ).rejects.toThrow(/action is not a text/);
  });
});
