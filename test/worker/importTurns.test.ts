/** Imports in turns, on a real PostgreSQL: what is kept, who goes on, and that nothing of it can be read. */
import { inflateRawSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { machineSeams, sharedConnector } from "../../lib/connector.ts";
import { answerIn, eventHandler, type AttemptEnd } from "../../lib/runtime/queue/eventQueue.ts";
import { importTurns, type ImportTurns } from "../../lib/runtime/queue/importTurns.ts";
import type { Handle, Work } from "../../lib/runtime/queue/jobQueue.ts";
import { openService } from "../../lib/runtime/serve/service.ts";
import { manyMailboxes, manySharedMailboxes } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { accountImportFor } from "../events.ts";
import { permissionImportFor } from "../../tools/cli/demoEvents.ts";
import { actionOf } from "../runtime/serving.ts";
import { jobsFor, until, type Opened } from "./opened.ts";
import type { Postgres } from "./postgres.ts";
import { openSite, type WorkerSite } from "./site.ts";
import type { StartedWorker } from "./started.ts";

const pages = 12;
const state = manyMailboxes(1_000 * pages);
const log = (): void => undefined;

describe.skipIf(!inject("postgres"))("an import in turns", () => {
  let site: WorkerSite;
  let server: Postgres;
  let running: RunningEmulator;
  let one: Opened;
  let works: Work[] = [];
  let count = 0;

  beforeAll(async () => {
    running = await startEmulator({ state });
    site = await openSite(running.env);
    ({ server, one } = site);
  });
  afterEach(async () => {
    await site.killWorkers();
    await Promise.all(works.map((work) => work.stop()));
    works = [];
    running.emulator.setFaults([]);
    running.emulator.clearJournal();
  });
  afterAll(async () => {
    await site.close();
    await running.close();
  });

  async function sendImport(
    action = "lifecycle/import",
    event: unknown = accountImportFor({ ...running.emulator.credentials }),
  ): Promise<string> {
    const id = `import ${++count}`;
    const bytes = Buffer.from(JSON.stringify({ id, action, event }));
    await one.events.send([{ bytes, source: "the line" }]);
    return id;
  }

  /** A worker in this process. Each turn ends as soon as it has something new. */
  function startWork(
    atOnce = 2,
    turns: ImportTurns = importTurns(0),
    change: (handle: Handle) => Handle = (handle) => handle,
  ): AttemptEnd[] {
    const ends: AttemptEnd[] = [];
    const { connect, close } = sharedConnector({ ...machineSeams, journal: turns.journal });
    const service = openService(
      { actionOf, connect, env: running.env, now: () => performance.now() },
      { atOnce, waiting: atOnce },
    );
    const { events, queue, sealing } = one;
    const onEnd = (end: AttemptEnd): void => void ends.push(end);
    const handle = eventHandler(service, {
      sealing,
      whole: events.whole,
      queue,
      turns,
      log,
      onEnd,
    });
    const work = queue.work(change(handle), { atOnce, perGroup: 6, log });
    works.push({ stop: () => work.stop().finally(close) });
    return ends;
  }

  const start = (words: readonly string[] = []): Promise<StartedWorker> => site.start(words);

  const isDone = async (id: string): Promise<boolean> =>
    (await one.events.find(id))?.state === "completed";

  /** The page of each request for the list of mailboxes that was answered. */
  const asked = (): number[] =>
    running.emulator
      .journal()
      .filter(({ cmdlet, status }) => cmdlet === "Get-Mailbox" && status === 200)
      .map(({ page }) => page);
  const each = Array.from({ length: pages }, (_, index) => index + 1);

  async function records(id: string): Promise<unknown[]> {
    const all: unknown[] = [];
    for (let part = 0; ; part++) {
      const found = await one.events.records(id, part);
      if (found === undefined) throw new Error("It is not completed.");
      for (const line of found.lines.split("\n").filter((text) => text !== ""))
        all.push((JSON.parse(line) as { record: unknown }).record);
      if (found.isLast) return all;
    }
  }
  const references = async (id: string): Promise<string[]> =>
    (await records(id)).map((one) => (one as { AccountReference: string }).AccountReference);
  const mailboxes = (): string[] =>
    running.emulator.state().objects.map(({ Guid }) => String(Guid));

  async function expectWhole(id: string): Promise<void> {
    const found = await one.events.find(id);
    expect(answerIn(found?.lines ?? "")).toMatchObject({
      outcome: "done",
      outputContext: { AuditLogs: [{ Message: `Accounts imported: ${mailboxes().length}.` }] },
    });
    expect(await references(id)).toEqual(mailboxes());
    expect(server.dump()).not.toContain("INSERT INTO exo_connector.answers");
  }

  it("ends after a page when its turn is over, and asks for none twice", async () => {
    running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, delayMs: 150, also: true }]);
    const id = await sendImport();
    const ends = startWork();
    await until(() => isDone(id));
    expect(asked()).toEqual(each);
    expect(ends.length).toBeGreaterThan(3);
    expect(ends.map(({ isRepeated }) => isRepeated)).toEqual(
      ends.map((_, index) => index < ends.length - 1),
    );
    expect(await one.events.find(id)).toMatchObject({ attempts: 1 });
    await expectWhole(id);
  });

  it("goes on in another worker when one is killed, and keeps nothing that can be read", async () => {
    running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, delayMs: 400, also: true }]);
    const id = await sendImport();
    const killed = await start();
    await until(() => asked().length >= 4);
    killed.kill("SIGKILL");
    await killed.ended;
    const before = asked().length;
    const rows = server.dump();
    expect(rows.match(/INSERT INTO exo_connector.answers/g)?.length).toBeGreaterThanOrEqual(
      before - 1,
    );
    const { clientSecret } = running.emulator.credentials;
    const [first] = state.objects;
    for (const text of [clientSecret, "contoso", "UserMailbox", String(first?.Guid), "Get-Mailbox"])
      expect(rows.includes(text), text).toBe(false);
    const values = [...rows.matchAll(/exo_connector.answers .*"sealed": "([^"]+)"/g)];
    expect(values.length).toBeGreaterThanOrEqual(before - 1);
    for (const [, text = ""] of values)
      expect(() => inflateRawSync(Buffer.from(text, "base64"))).toThrow();
    await start();
    await until(() => isDone(id));
    // The page that was on its way is asked for again.
    expect(asked().length - pages).toBeLessThanOrEqual(1);
    expect([...new Set(asked())]).toEqual(each);
    expect((await one.events.find(id))?.attempts).toBe(2);
    await expectWhole(id);
  });

  it("is given back at its next page when its worker is to end", async () => {
    running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, delayMs: 500, also: true }]);
    const id = await sendImport();
    const worker = await start();
    await until(() => asked().length >= 3);
    const before = asked().length;
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
    expect(asked().length).toBeLessThanOrEqual(before + 2);
    expect(await one.events.find(id)).toMatchObject({ state: "waiting", attempts: 0 });
    expect(worker.output()).not.toContain('"level":"error"');
    await start();
    await until(() => isDone(id));
    expect(asked()).toEqual(each);
    await expectWhole(id);
  });

  it("leaves its place to the jobs of other tenants between two turns", async () => {
    running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, delayMs: 150, also: true }]);
    const id = await sendImport();
    const others = jobsFor(
      "another-tenant",
      Array.from({ length: 3 }, (_, index) => `key ${index}`),
    );
    const done: number[] = [];
    startWork(1, importTurns(0), (handle) => async (job) => {
      if (job.group !== "another-tenant") return await handle(job);
      done.push(asked().length);
      return { how: "completed", output: {} };
    });
    await until(() => asked().length > 0);
    await one.queue.send(others);
    await until(() => isDone(id));
    expect(done).toHaveLength(3);
    expect(Math.max(...done)).toBeLessThan(pages);
    await expectWhole(id);
  });

  it("reads the list anew when the link to its next page is too old", async () => {
    const id = await sendImport();
    startWork();
    await until(() => asked().length >= 4);
    await Promise.all(works.map((work) => work.stop()));
    const before = asked().length;
    expect(before).toBeLessThan(pages);
    await server.query("update exo_connector.answers set kept_on = kept_on - interval '6 minutes'");
    running.emulator.clearJournal();
    startWork();
    await until(() => isDone(id));
    expect(asked()).toEqual(each);
    await expectWhole(id);
  });

  it("goes on with a list whose last page has come just now, however old its first one is", async () => {
    const id = await sendImport();
    startWork();
    await until(() => asked().length >= 4);
    await Promise.all(works.map((work) => work.stop()));
    await server.query(
      `update exo_connector.answers set kept_on = kept_on - interval '30 minutes'
       where place < (select max(place) from exo_connector.answers)`,
    );
    startWork();
    await until(() => isDone(id));
    expect(asked()).toEqual(each);
    await expectWhole(id);
  });

  it("begins again when what it has read first is an hour old, which is another attempt", async () => {
    running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, delayMs: 200, also: true }]);
    const id = await sendImport();
    startWork();
    await until(() => asked().length >= 4);
    await server.query(
      `update exo_connector.answers set kept_on = kept_on - interval '1 hour'
       where place = (select min(place) from exo_connector.answers)`,
    );
    await until(() => isDone(id));
    expect(asked().filter((page) => page === 1)).toHaveLength(2);
    expect(asked().slice(-pages)).toEqual(each);
    expect((await one.events.find(id))?.attempts).toBe(2);
    await expectWhole(id);
  });

  it("is never short when the tenant has lost the list between two pages, and has changed", async () => {
    const before = running.emulator.state();
    const id = await sendImport();
    running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, delayMs: 100, also: true }]);
    startWork();
    await until(() => asked().length >= 4);
    await Promise.all(works.map((work) => work.stop()));
    expect(await isDone(id)).toBe(false);
    running.emulator.replaceState({ ...before, objects: before.objects.toSpliced(500, 1) });
    running.emulator.clearJournal();
    startWork();
    await until(async () => ((await one.events.find(id))?.attempts ?? 0) > 1);
    await server.query("update exo_connector.answers set kept_on = kept_on - interval '6 minutes'");
    await until(() => isDone(id));
    expect(mailboxes()).toHaveLength(1_000 * pages - 1);
    expect(asked()).toEqual(each);
    await expectWhole(id);
    running.emulator.replaceState(before);
  });

  it("reads what it asks for at the same time once, and has the records of an undisturbed one", async () => {
    const before = running.emulator.state();
    running.emulator.replaceState(manySharedMailboxes(230, 40));
    const action = "permissions/sharedMailboxes/importPermission";
    const event = permissionImportFor(running.emulator.credentials);
    const nameOf = (it: { cmdlet?: string; parameters?: object }): string =>
      JSON.stringify([it.cmdlet, it.parameters]);
    const answered = (): string[] =>
      running.emulator.journal().flatMap((entry) => [entry, ...(entry.items ?? [])].map(nameOf));
    const sorted = (list: readonly unknown[]): string[] =>
      list.map((it) => JSON.stringify(it)).sort();
    const undisturbed = await sendImport(action, event);
    startWork(2, importTurns());
    await until(() => isDone(undisturbed));
    await Promise.all(works.map((work) => work.stop()));
    const wanted = answered().sort();
    running.emulator.clearJournal();
    running.emulator.setFaults([{ match: { side: "exchange" }, delayMs: 100, also: true }]);
    const id = await sendImport(action, event);
    const ends = startWork();
    await until(() => isDone(id));
    expect(ends.length).toBeGreaterThan(2);
    expect(answered().sort()).toEqual(wanted);
    expect(sorted(await records(id))).toEqual(sorted(await records(undisturbed)));
    expect((await records(id)).length).toBeGreaterThan(100);
    running.emulator.replaceState(before);
  });
});
