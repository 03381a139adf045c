import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Handle, WorkOptions } from "../../lib/runtime/queue/jobQueue.ts";
import { eventText, tenant } from "./httpQueue.ts";
import { inMemory, jobsFor, opened, until, type Opened } from "./opened.ts";
import { startPostgres, type Postgres } from "./postgres.ts";

const log = (): void => undefined;
const options: WorkOptions = { atOnce: 8, perGroup: 8, log };

const places = [
  { where: "in the process", isThere: inject("engine") },
  { where: "on PostgreSQL", isThere: inject("postgres") },
];

describe.each(places)("a queue $where", ({ where, isThere }) => {
  let one: Opened;
  let server: Postgres | undefined;
  let groups = 0;
  const newGroup = (): string => `group-${++groups}`;

  beforeAll(async () => {
    if (!isThere) return;
    if (where === "on PostgreSQL") server = await startPostgres();
    const place = server ? { connectionString: server.url } : inMemory;
    one = await opened(place, { maxRetries: 2 });
  });
  afterAll(async () => {
    if (!isThere) return;
    await one.queue.close();
    server?.remove();
  });

  it.skipIf(!isThere)(
    "keeps the order of each key, also when a job is repeated later",
    async () => {
      const group = newGroup();
      const jobs = jobsFor(
        group,
        Array.from({ length: 120 }, (_, index) => `key ${index % 10}`),
      );
      await one.queue.send(jobs.slice(0, 60));
      await one.queue.send(jobs.slice(60));
      const seen: { key: string; number: number }[] = [];
      const busy = new Set<string>();
      const overlaps: string[] = [];
      let failed = 0;
      const handle: Handle = async ({ input }) => {
        const { key, number } = input as { key: string; number: number };
        if (busy.has(key)) overlaps.push(key);
        busy.add(key);
        await new Promise((resolve) => setTimeout(resolve, 3));
        busy.delete(key);
        if (number === 4 && failed++ < 10) return { how: "again", output: {} };
        seen.push({ key, number });
        return { how: "completed", output: {} };
      };
      const work = one.queue.work(handle, options);
      await until(() => seen.length === 120);
      await work.stop();
      for (const key of new Set(jobs.map((job) => job.key)))
        expect(seen.filter((it) => it.key === key).map(({ number }) => number)).toEqual(
          Array.from({ length: 12 }, (_, index) => index + 1),
        );
      expect(overlaps).toEqual([]);
      expect(failed).toBeGreaterThan(9);
    },
  );

  it.skipIf(!isThere)("adds a job once, however often it is sent", async () => {
    const jobs = jobsFor(newGroup(), ["a", "b"]);
    const [first] = jobs;
    if (!first) throw new Error("There is no job.");
    expect(await one.queue.send([first, first])).toEqual([
      { name: first.name, isNew: true },
      { name: first.name, isNew: false },
    ]);
    expect((await one.queue.send(jobs)).map(({ isNew }) => isNew)).toEqual([false, true]);
    const stats = await one.queue.stats();
    expect(stats.find(({ group }) => group === first.group)?.waiting).toBe(2);
  });

  it.skipIf(!isThere)(
    "adds what is sent at the same time, each call with its own answer",
    async () => {
      const group = newGroup();
      const jobs = jobsFor(
        group,
        Array.from({ length: 60 }, () => "one key"),
      );
      const sent = await Promise.all(
        jobs.map((job, index) => one.queue.send(index === 30 ? [job, ...jobs.slice(0, 2)] : [job])),
      );
      expect(sent.map((answer) => answer.map(({ isNew }) => isNew))).toEqual(
        jobs.map((_, index) => (index === 30 ? [true, false, false] : [true])),
      );
      expect(sent.flat().map(({ name }) => name)).toContain(jobs[59]?.name);
      const seen: number[] = [];
      const work = one.queue.work(({ group: its, input }) => {
        if (its === group) seen.push((input as { number: number }).number);
        return Promise.resolve({ how: "completed", output: {} });
      }, options);
      await until(() => seen.length === 60);
      await work.stop();
      expect(seen).toEqual(jobs.map((_, index) => index + 1));
    },
  );

  it.skipIf(!isThere)(
    "blocks a key after the last attempt, until a person releases it",
    async () => {
      const group = newGroup();
      const jobs = jobsFor(group, ["a", "a", "a", "b"]);
      const names = jobs.map(({ name }) => name);
      const [first = "", second = ""] = names;
      await one.queue.send(jobs);
      let isBroken = true;
      const done: string[] = [];
      const work = one.queue.work(({ name, group: its }) => {
        if (name === first && isBroken)
          return Promise.resolve({ how: "again", output: { attempt: "failed" } });
        if (its === group) done.push(name);
        return Promise.resolve({ how: "completed", output: { is: "done" } });
      }, options);
      await until(async () => (await one.queue.blocked()).some(({ name }) => name === first));
      const [blocked] = (await one.queue.blocked()).filter((job) => job.group === group);
      expect(blocked).toMatchObject({
        name: first,
        state: "blocked",
        attempts: 3,
        behind: 2,
        input: { key: "a", number: 1 },
        output: { attempt: "failed" },
      });
      expect((await one.queue.stats()).find((it) => it.group === group)).toMatchObject({
        waiting: 2,
        behindBlocked: 2,
        blocked: 1,
        completed: 1,
      });
      expect(done).toEqual([names[3]]);
      expect(await one.queue.retry(second)).toBe(false);
      expect(await one.queue.drop(second)).toBe(false);
      expect(await one.queue.retry(first)).toBe(true);
      await until(async () => (await one.queue.find(first))?.attempts === 4);
      await until(async () => (await one.queue.find(first))?.state === "blocked");
      expect(done).toEqual([names[3]]);
      isBroken = false;
      expect(await one.queue.drop(first)).toBe(true);
      await until(() => done.length === 3);
      await work.stop();
      expect(done.slice(1)).toEqual(names.slice(1, 3));
      expect(await one.queue.find(first)).toMatchObject({ state: "removed" });
      expect(await one.queue.find(second)).toMatchObject({
        state: "completed",
        output: { is: "done" },
      });
      expect(await one.queue.find("never sent")).toBeUndefined();
    },
  );

  it.skipIf(!isThere)(
    "works on so many jobs of a group at the same time, and no more",
    async () => {
      const group = newGroup();
      await one.queue.send(
        jobsFor(
          group,
          Array.from({ length: 40 }, (_, index) => `key ${index}`),
        ),
      );
      let most = 0;
      let now = 0;
      let done = 0;
      const work = one.queue.work(
        async ({ group: its }) => {
          if (its !== group) return { how: "completed", output: {} };
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 20));
          now--;
          done++;
          return { how: "completed", output: {} };
        },
        { atOnce: 10, perGroup: 3, log },
      );
      await until(() => done === 40);
      await work.stop();
      expect(most).toBe(3);
    },
  );

  it.skipIf(!isThere)("begins no job of a group while it is held", async () => {
    const [held, other] = [newGroup(), newGroup()];
    await one.queue.send([...jobsFor(held, ["a", "b", "c"]), ...jobsFor(other, ["a", "b", "c"])]);
    await one.queue.hold(held, 2_000);
    // One that would end earlier changes nothing.
    await one.queue.hold(held, 10);
    const since = performance.now();
    const begun: { group: string; ms: number }[] = [];
    const works = [1, 2].map(() =>
      one.queue.work(({ group }) => {
        begun.push({ group, ms: performance.now() - since });
        return Promise.resolve({ how: "completed", output: {} });
      }, options),
    );
    await until(() => begun.filter(({ group }) => group === other).length === 3);
    const [stats] = (await one.queue.stats()).filter(({ group }) => group === held);
    expect(stats).toMatchObject({ waiting: 3 });
    expect(stats?.heldSeconds).toBeGreaterThan(0);
    expect(stats?.heldSeconds).toBeLessThan(2.1);
    await until(() => begun.filter(({ group }) => group === held).length === 3);
    await Promise.all(works.map((work) => work.stop()));
    for (const { ms } of begun.filter(({ group }) => group === held))
      expect(ms).toBeGreaterThan(1_900);
  });

  it.skipIf(!isThere)("begins so many jobs of a group in a minute, in all workers", async () => {
    const group = newGroup();
    await one.queue.send(jobsFor(group, ["a", "b", "c", "d", "e", "f", "g", "h"]));
    const since = performance.now();
    const begun: number[] = [];
    const works = [1, 2].map(() =>
      one.queue.work(
        ({ group: its }) => {
          if (its === group) begun.push(performance.now() - since);
          return Promise.resolve({ how: "completed", output: {} });
        },
        { ...options, perGroupAndMinute: 60 },
      ),
    );
    await until(() => begun.length === 5);
    await Promise.all(works.map((work) => work.stop()));
    // Two at once, and then one in a little more than a second.
    expect(begun.filter((ms) => ms < 900).length).toBeLessThanOrEqual(2);
    expect(begun[4]).toBeGreaterThan(3_000);
    expect(begun[4]).toBeLessThan(9_000);
  });

  it.skipIf(!isThere)("keeps a place for others while a group is slow", async () => {
    const [slow, quick] = [newGroup(), newGroup()];
    await one.queue.send(
      jobsFor(
        slow,
        Array.from({ length: 8 }, (_, index) => `key ${index}`),
      ),
    );
    let running = 0;
    let most = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const done: string[] = [];
    const work = one.queue.work(
      async ({ group }) => {
        if (group === slow) {
          most = Math.max(most, ++running);
          await released;
          running--;
        }
        if (group === quick) done.push(group);
        return { how: "completed", output: {} };
      },
      { atOnce: 4, perGroup: 4, log },
    );
    await until(() => running === 3);
    await one.queue.send(jobsFor(quick, ["a", "a", "b", "c", "d"]));
    await until(() => done.length === 5);
    expect({ running, most }).toEqual({ running: 3, most: 3 });
    release();
    await work.stop();
  });

  it.skipIf(!isThere)(
    "goes on with a renewed key, and is closed to the file before it",
    async () => {
      if (!server) return;
      await server.query("create database renewed");
      const place = { connectionString: server.url.replace(/postgres$/, "renewed") };
      const keys = [randomBytes(32), randomBytes(32)] as const;
      const line = (id: string): { bytes: Buffer; source: string } => ({
        bytes: Buffer.from(eventText(id, "x")),
        source: id,
      });
      const before = await opened(place, { watches: false }, keys[0]);
      await before.events.send([line("old")]);
      await before.events.configure("contoso", { TenantID: tenant });
      await before.queue.close();
      const after = await opened(place, {}, ...keys);
      expect(await after.events.send([line("old"), line("new")])).toEqual({ added: 1, known: 1 });
      const ran: string[] = [];
      const work = after.queue.work(({ name, input }) => {
        ran.push(after.sealing.open(input, `input of job ${name}`));
        return Promise.resolve({ how: "completed", output: {} });
      }, options);
      await until(() => ran.length === 2);
      await work.stop();
      expect(ran.map((text) => (JSON.parse(text) as { id: string }).id)).toEqual(["old", "new"]);
      await after.queue.close();
      await expect(opened(place, {}, keys[0])).rejects.toThrow(
        /^The queue is sealed with a newer key than this file has/,
      );
    },
  );

  it.skipIf(!isThere)("is refused with another key", async () => {
    if (!server) return;
    const place = { connectionString: server.url };
    await expect(opened(place, {}, randomBytes(32))).rejects.toThrow(
      /^The queue is sealed with the key [\w-]{16}, and this key is [\w-]{16}: name the key file/,
    );
    await expect(opened({ connectionString: "postgres://x@127.0.0.1:1/x" })).rejects.toThrow(
      /^The database of the queue cannot be used\. /,
    );
  });
});
