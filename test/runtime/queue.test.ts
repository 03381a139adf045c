/** The parts of the queue that need no engine. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../lib/runtime/queue/engine.ts";
import { growingIds } from "../../lib/runtime/queue/jobIds.ts";
import type { Ended, Handle } from "../../lib/runtime/queue/jobQueue.ts";
import { makeKey, readKeys, renewKey, sealingWith } from "../../lib/runtime/queue/sealing.ts";
import { localSlots } from "../../lib/runtime/queue/slots.ts";
import {
  startWork,
  type Claimed,
  type Engine,
  type Settled,
} from "../../lib/runtime/queue/work.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import { openEmbeddedFolder } from "../../tools/queue/embeddedFolder.ts";

const folder = mkdtempSync(path.join(tmpdir(), "queue-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the IDs of jobs", () => {
  it("are UUIDs of version 7 that grow, within a millisecond and when the clock goes back", () => {
    let time = 1_700_000_000_000;
    const next = growingIds(() => time);
    const ids = Array.from({ length: 10_000 }, next);
    time -= 5_000;
    ids.push(next());
    time += 60_000;
    ids.push(next());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});

describe("sealing", () => {
  const sealing = sealingWith(randomBytes(32));

  it("opens for the same job and the same key only", () => {
    const sealed = sealing.seal("Summer2026!", "input of job 1");
    expect(JSON.stringify(sealed)).not.toContain("Summer");
    expect(sealing.open(sealed, "input of job 1")).toBe("Summer2026!");
    const message = /does not open: it was changed, or sealed with another key\.$/;
    expect(() => sealing.open(sealed, "answer of job 1")).toThrow(message);
    expect(() => sealing.open(sealed, "input of job 2")).toThrow(message);
    expect(() => sealing.open({}, "input of job 1")).toThrow(message);
    const other = sealingWith(randomBytes(32));
    expect(() => other.open(sealed, "input of job 1")).toThrow(message);
    expect(other.keyId).not.toBe(sealing.keyId);
    expect(other.digest("event 1")).not.toBe(sealing.digest("event 1"));
  });

  it("needs a key file that no one else can read", async () => {
    const file = path.join(folder, "a.key");
    await makeKey(file, thisAccount());
    const [first, ...none] = readKeys(file, thisAccount());
    expect([first.length, none.length]).toEqual([32, 0]);
    await expect(makeKey(file, thisAccount())).rejects.toThrow(/exists already/);
    chmodSync(file, 0o644);
    expect(() => readKeys(file, thisAccount())).toThrow(/other accounts \(mode 644\)/);
    const other = path.join(folder, "none.key");
    expect(() => readKeys(other, thisAccount())).toThrow(/^There is no key file/);
    writeFileSync(other, "password", { mode: 0o600 });
    expect(() => readKeys(other, thisAccount())).toThrow(/is not a key of a queue/);
  });
});

it("seals with a renewed key, opens what the old one has sealed, and keeps the names", async () => {
  const file = path.join(folder, "renewed.key");
  await makeKey(file, thisAccount());
  const before = sealingWith(...readKeys(file, thisAccount()));
  await renewKey(file, thisAccount());
  const after = sealingWith(...readKeys(file, thisAccount()));
  expect(after.keyId).toBe(before.keyId);
  expect(after.digest("event 1")).toBe(before.digest("event 1"));
  expect(after.contentKeyIds).toEqual([...before.contentKeyIds, expect.any(String)]);
  expect(after.open(before.seal("old", "job 1"), "job 1")).toBe("old");
  const sealed = after.seal("new", "job 1");
  expect(after.open(sealed, "job 1")).toBe("new");
  expect(() => before.open(sealed, "job 1")).toThrow(/does not open/);
});

it("names the Node that the engine needs", async () => {
  await expect(loadEngine("22.11.9")).rejects.toThrow(
    /^Node\.js 22\.11\.9 is too old for the queue: it needs 22\.12\.0 or later\./,
  );
});

describe("the folder of an embedded queue", () => {
  const place = path.join(folder, "embedded");

  it("is for one process at a time, and for the next one after a kill", async () => {
    const first = await openEmbeddedFolder(place, thisAccount());
    await expect(openEmbeddedFolder(place, thisAccount())).rejects.toThrow(
      new RegExp(`is in use by process ${process.pid}`),
    );
    await first.release();
    const left = ["process.4194305", `process.${process.pid}`].map((name) =>
      path.join(place, `${name}.00000000-0000-4000-8000-000000000000`),
    );
    for (const file of left) writeFileSync(file, "");
    await (await openEmbeddedFolder(place, thisAccount())).release();
    expect(left.filter((file) => existsSync(file))).toEqual([]);
    for (let round = 0; round < 20; round++) {
      const racing = await Promise.allSettled(
        Array.from({ length: 4 }, () => openEmbeddedFolder(place, thisAccount())),
      );
      const inside = racing.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      expect(inside.length).toBeLessThan(2);
      for (const one of inside) await one.release();
    }
  });
});

/** An engine in the memory of the test, with one group. */
class FakeEngine implements Engine<Claimed> {
  waiting: Claimed[] = [];
  readonly settled: { name: string; how: Ended["how"] }[] = [];
  /** The jobs that another process has taken. */
  readonly taken = new Set<string>();
  isAway = false;
  calls = 0;
  settleMs = 0;

  add(...names: string[]): void {
    this.waiting.push(...names.map((name) => ({ id: name, name, group: "q", input: {} })));
  }
  ready(): Promise<string[]> {
    if (this.isAway) return Promise.reject(new Error("The database is away."));
    return Promise.resolve(this.waiting.length > 0 ? ["q"] : []);
  }
  claim(_group: string, count: number): Promise<Claimed[]> {
    return Promise.resolve(this.waiting.splice(0, count));
  }
  renew(_group: string, jobs: readonly Claimed[]): Promise<ReadonlySet<string>> {
    if (this.isAway) return Promise.reject(new Error("The database is away."));
    return Promise.resolve(new Set(jobs.map(({ id }) => id).filter((id) => !this.taken.has(id))));
  }
  async settle(ends: readonly Settled<Claimed>[]): Promise<ReadonlySet<string>> {
    if (this.isAway) throw new Error("The database is away.");
    const own = ends.filter(({ job }) => !this.taken.has(job.name));
    this.settled.push(...own.map(({ job: { name }, ended: { how } }) => ({ name, how })));
    this.calls++;
    await delay(this.settleMs);
    return new Set(own.map(({ job }) => job.id));
  }
}

describe("the work", () => {
  const begin = (engine: FakeEngine, handle: Handle, perGroup = 4, pollMs = 5) => {
    const log: string[] = [];
    const work = startWork(engine, handle, {
      atOnce: 4,
      slots: localSlots(perGroup),
      log: (_, message) => void log.push(message),
      claimMs: 300,
      pollMs,
    });
    return { work, log };
  };
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await delay(5);
  };
  /** Takes until it is ended. */
  const endless: Handle = ({ signal }) =>
    new Promise((resolve) =>
      signal.addEventListener("abort", () => resolve({ how: "again", output: {} })),
    );

  it("takes what is new at once when it is told, long before it would look", async () => {
    const engine = new FakeEngine();
    const handle: Handle = () => Promise.resolve({ how: "completed", output: {} });
    const { work } = begin(engine, handle, 4, 600_000);
    await delay(50);
    engine.add("one");
    work.look();
    await until(() => engine.settled.length === 1);
    await work.stop();
  });

  it("ends what it does for a job that another process has taken, and stores no end of it", async () => {
    const engine = new FakeEngine();
    engine.add("one");
    const { work, log } = begin(engine, endless);
    await until(() => engine.waiting.length === 0);
    engine.taken.add("one");
    await work.stop();
    expect(engine.settled).toEqual([]);
    expect(log).toEqual([expect.stringMatching(/^A job was lost to another worker/)]);
  });

  it("ends what it does before its claim is over, when the database is away", async () => {
    const engine = new FakeEngine();
    engine.add("one");
    const start = performance.now();
    const { work } = begin(engine, endless);
    await until(() => engine.waiting.length === 0);
    engine.isAway = true;
    await work.stop();
    expect(performance.now() - start).toBeLessThan(300);
    expect(engine.settled).toEqual([]);
  });

  it("stores the end of a job when the database is back in time", async () => {
    const engine = new FakeEngine();
    engine.add("one");
    const { work } = begin(engine, () => Promise.resolve({ how: "completed", output: {} }));
    await until(() => engine.settled.length === 1);
    engine.isAway = true;
    await delay(30);
    engine.isAway = false;
    engine.add("two");
    await until(() => engine.settled.length === 2);
    await work.stop();
    expect(engine.settled).toEqual([
      { name: "one", how: "completed" },
      { name: "two", how: "completed" },
    ]);
  });

  it("begins a job that it gets back only after its own first run of it has ended", async () => {
    const engine = new FakeEngine();
    engine.add("one");
    const running: string[] = [];
    const seen: number[] = [];
    const { work } = begin(engine, async ({ name, signal }) => {
      running.push(name);
      seen.push(running.length);
      while (seen.length === 1 && !signal.aborted) await delay(5);
      await delay(30);
      running.pop();
      return { how: "completed", output: {} };
    });
    await until(() => seen.length === 1);
    engine.taken.add("one");
    await delay(150);
    engine.taken.delete("one");
    engine.add("one");
    await until(() => engine.settled.length === 1);
    await work.stop();
    expect(seen).toEqual([1, 1]);
  });

  it("stores the ends of many jobs with few calls", async () => {
    const engine = new FakeEngine();
    engine.settleMs = 50;
    engine.add(...Array.from({ length: 40 }, (_, index) => `job ${index}`));
    const { work } = begin(engine, () => Promise.resolve({ how: "completed", output: {} }));
    await until(() => engine.settled.length === 40);
    await work.stop();
    expect(new Set(engine.settled.map(({ name }) => name)).size).toBe(40);
    expect(engine.calls).toBeLessThan(30);
  });

  it("repeats a job whose handler fails", async () => {
    const engine = new FakeEngine();
    engine.add("one");
    const { work, log } = begin(engine, () => Promise.reject(new Error("It broke.")));
    await until(() => engine.settled.length === 1);
    await work.stop();
    expect(engine.settled).toEqual([{ name: "one", how: "again" }]);
    expect(log).toEqual(["A job failed outside of its event. It broke."]);
  });
});
