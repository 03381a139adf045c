/** Workers as processes on a real PostgreSQL: kills, a crash of the database, the end by a signal, and secrets. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { answerIn } from "../../lib/runtime/queue/eventQueue.ts";
import { OrderOracle } from "../campaign/serveOrder.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { manyMailboxes } from "../emulator/seed.ts";
import { changeEventFor } from "../events.ts";
import { until, type Opened } from "./opened.ts";
import type { Postgres } from "./postgres.ts";
import { openSite, type WorkerSite } from "./site.ts";

/** The mailboxes that are not mastered on premises. */
const state = manyMailboxes(14);
const references = state.objects
  .filter(({ IsDirSynced }) => IsDirSynced !== true)
  .map(({ Guid }) => String(Guid));
const accounts = references.length;

describe.skipIf(!inject("postgres"))("workers", () => {
  let site: WorkerSite;
  let server: Postgres;
  let running: RunningEmulator;
  let one: Opened;
  let count = 0;

  beforeAll(async () => {
    running = await startEmulator({ state });
    site = await openSite(running.env);
    ({ server, one } = site);
  });
  afterEach(async () => {
    await site.killWorkers();
    running.emulator.setFaults([]);
    running.emulator.clearJournal();
  });
  afterAll(async () => {
    await site.close();
    await running.close();
  });

  const start: WorkerSite["start"] = (words, more) => site.start(words, more);

  /** Sends events that set a field to their own number, and resolves to their ids. */
  async function send(numbers: readonly number[]): Promise<string[]> {
    const ids = numbers.map(() => `event ${++count}`);
    await one.events.send(
      numbers.map((number, index) => {
        const event = changeEventFor(
          { ...running.emulator.credentials },
          {
            reference: references[number % accounts],
            data: { CustomAttribute9: `${number} canary-value` },
          },
        );
        const line = JSON.stringify({ id: ids[index], action: "lifecycle/update", event });
        return { bytes: Buffer.from(line), source: `line ${index + 1}` };
      }),
    );
    return ids;
  }

  const stateOf = async (id: string): Promise<string | undefined> =>
    (await one.events.find(id))?.state;
  const areDone = async (ids: readonly string[]): Promise<boolean> => {
    for (const id of ids) if ((await stateOf(id)) !== "completed") return false;
    return true;
  };
  const numbersFrom = (first: number, length: number): number[] =>
    Array.from({ length }, (_, index) => first + index);

  it("run each event in the order of its account, under kill -9 and a crash of the database", async () => {
    running.emulator.setFaults([
      { match: { side: "exchange" }, named: "throttledNoRetryAfter", chance: 0.03, seed: 11 },
      { match: { side: "exchange" }, cut: "after", chance: 0.02, seed: 13 },
      { match: { side: "exchange" }, delayMs: 20, also: true },
    ]);
    const ids = await send(numbersFrom(1, 360));
    await Promise.all([start(), start(), start()]);
    const done = (): number => new Set(valuesSet()).size;
    const valuesSet = (): string[] =>
      running.emulator
        .journal()
        .filter(({ cmdlet, applied }) => cmdlet === "Set-Mailbox" && applied)
        .map(({ parameters }) => String(parameters?.["CustomAttribute9"]));
    await until(() => done() > 60);
    site.workers[0]?.kill("SIGKILL");
    // As its service manager would, also when the database is just then away.
    const startedAgain = start().catch(() => start());
    await until(() => done() > 150);
    await server.crash(1_500);
    await until(() => done() > 200);
    site.workers[1]?.kill("SIGKILL");
    await startedAgain;
    await until(() => areDone(ids.slice(-1)));
    await until(async () => await areDone(ids));
    const oracle = new OrderOracle();
    for (const entry of running.emulator.journal()) oracle.see(entry);
    expect(oracle.violations).toEqual([]);
    // Each value was set; once more only where a process ended between a change and its record.
    expect(accounts).toBeGreaterThan(8);
    expect(done()).toBe(360);
    expect(valuesSet().length - 360).toBeLessThan(40);
    expect((await one.queue.stats())[0]).toMatchObject({ completed: 360, blocked: 0, waiting: 0 });
  });

  it("leave nothing of an event in the database that can be read", () => {
    const rows = server.dump();
    const { clientSecret } = running.emulator.credentials;
    expect(rows).toContain("INSERT INTO exo_connector.jobs");
    expect(rows.length).toBeGreaterThan(100_000);
    for (const text of [
      clientSecret,
      "canary-value",
      "CustomAttribute9",
      "Mailbox",
      "Person",
      String(references[0]),
      "event 1",
      "lifecycle",
    ])
      expect(rows.includes(text), text).toBe(false);
    expect(site.workers.map((worker) => worker.output()).join("")).not.toContain(clientSecret);
  });

  it("use the configuration that an event names, as it is when the event runs", async () => {
    const event = changeEventFor(
      { ...running.emulator.credentials },
      { reference: references[0], data: { CustomAttribute9: "named" } },
    ) as { actionContext: { Configuration: Record<string, unknown> } };
    const { Configuration, ...actionContext } = event.actionContext;
    const lineOf = (more: object): { bytes: Buffer; source: string } => ({
      bytes: Buffer.from(
        JSON.stringify({
          id: `event ${++count}`,
          action: "lifecycle/update",
          configuration: "contoso",
          event: { ...event, actionContext },
          ...more,
        }),
      ),
      source: "line 1",
    });
    await expect(one.events.send([lineOf({})])).rejects.toThrow(
      /^line 1: configuration is "contoso", and the queue has none of this name/,
    );
    await expect(one.events.configure("con toso", Configuration)).rejects.toThrow(/is not a name/);
    await expect(one.events.configure("contoso", {})).rejects.toThrow(/^TenantID is not a GUID/);
    await one.events.configure("contoso", { ...Configuration, AppSecret: "not-yet-the-secret" });
    await expect(one.events.send([lineOf({ event })])).rejects.toThrow(
      /^line 1: event has a configuration, and names another one/,
    );
    await expect(one.events.send([lineOf({ event: {} })])).rejects.toThrow(
      /^line 1: event has no actionContext/,
    );
    await one.events.send([lineOf({})]);
    const id = `event ${count}`;
    await one.events.configure("contoso", { ...Configuration });
    await start();
    await until(async () => await areDone([id]));
    const found = await one.events.find(id);
    expect(answerIn(found?.lines ?? "")?.outcome).toBe("done");
    expect(server.dump()).not.toContain(running.emulator.credentials.clientSecret);
  });

  it("begin nothing of a tenant that asks for a wait, on any of them", async () => {
    const waitMs = 8_000;
    const ids = await send(numbersFrom(5_000, 40));
    running.emulator.setFaults([
      { match: { cmdlet: "Set-Mailbox" }, named: "throttled", retryAfter: "8", times: 1 },
      { match: { side: "exchange" }, delayMs: 50, also: true },
    ]);
    // Longer than an event has: it ends at once, and its place is free.
    const short = { EXO_CONNECTOR_DEADLINE_MS: "4000" };
    await Promise.all([start(["--per-tenant", "2"], short), start(["--per-tenant", "2"], short)]);
    await until(async () => await areDone(ids));
    const times = running.emulator
      .journal()
      .filter(({ cmdlet }) => cmdlet === "Set-Mailbox")
      .map(({ at, status }) => ({ at: Date.parse(at), status }));
    const refusedAt = times.find(({ status }) => status === 429)?.at ?? 0;
    expect(refusedAt).toBeGreaterThan(0);
    // Events that were running then have ended by this time.
    const during = times.filter(
      ({ at }) => at > refusedAt + 1_500 && at < refusedAt + waitMs - 100,
    );
    expect(during).toEqual([]);
    expect(times.filter(({ at }) => at > refusedAt + waitMs - 100).length).toBeGreaterThan(10);
    expect(site.workers.map((worker) => worker.output()).join("")).toContain(
      "The tenant asks for a wait",
    );
  });

  it("finish what they run when they are asked to end", async () => {
    running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, delayMs: 1_500 }]);
    const worker = await start();
    const ids = await send(numbersFrom(10_000, 6));
    await until(async () => (await stateOf(ids[0] ?? "")) === "running");
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
    const states = await Promise.all(ids.map(stateOf));
    expect(states).not.toContain("running");
    expect(states).toContain("completed");
    expect(states).not.toContain("retrying");
    await start();
    await until(async () => await areDone(ids));
  });

  it("give back what they cannot finish in time", async () => {
    running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, delayMs: 4_000, times: 1 }]);
    const worker = await start(["--drain", "0"]);
    const [id = ""] = await send([20_000]);
    await until(async () => (await stateOf(id)) === "running");
    await delay(500);
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
    const found = await one.events.find(id);
    expect(found).toMatchObject({ state: "retrying", attempts: 1 });
    expect(answerIn(found?.lines ?? "")?.outcome).toBe("unknown");
    expect(found?.lines).toContain("The worker ended before the event: a signal (SIGTERM).");
    await start();
    await until(async () => await areDone([id]));
    expect(running.emulator.journal().filter(({ applied }) => applied).length).toBeGreaterThan(0);
  });
});
