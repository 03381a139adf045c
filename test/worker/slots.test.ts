/** The slots that processes share, on a real PostgreSQL. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Client } from "pg";
import { loadDriver } from "../../lib/runtime/queue/engine.ts";
import { sharedSlots, type Slots } from "../../lib/runtime/queue/slots.ts";
import { until } from "./opened.ts";
import { startPostgres, type Postgres } from "./postgres.ts";

describe.skipIf(!inject("postgres"))("slots that processes share", () => {
  let server: Postgres;
  const sessions: Client[] = [];
  const open: Slots[] = [];

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    for (const slots of open) await slots.close();
    server.remove();
  });

  async function connect(): Promise<Client> {
    const { default: pg } = await loadDriver();
    const client = new pg.Client({ connectionString: server.url });
    client.on("error", () => undefined);
    await client.connect();
    sessions.push(client);
    return client;
  }
  function process(perGroup = 4): Slots {
    const slots = sharedSlots(perGroup, connect);
    open.push(slots);
    return slots;
  }
  /** Ends a session from the server's side, as a crash does. */
  async function end(session: Client | undefined): Promise<void> {
    const { rows } = (await session?.query("select pg_backend_pid() as pid")) ?? { rows: [] };
    const other = await connect();
    await other.query("select pg_terminate_backend($1)", [rows[0]?.["pid"]]);
    await other.end();
  }

  it("are as many as the limit in all processes together, for each group", async () => {
    const [one, other] = [process(), process()];
    expect(await one.take("a", 3)).toBe(3);
    expect(await other.take("a", 3)).toBe(1);
    expect(await other.take("b", 9)).toBe(4);
    expect(await one.take("a", 1)).toBe(0);
    one.free("a", 2);
    await until(async () => (await other.take("a", 1)) === 1);
    expect(await one.take("a", 9)).toBe(1);
    expect(await other.take("a", 9)).toBe(0);
    one.free("a", 2);
    other.free("a", 2);
    other.free("b", 4);
    // A process keeps free slots for a moment, for what it has to do next.
    await delay(200);
    expect(await one.take("a", 9)).toBe(4);
    one.free("a", 4);
  });

  it("are free when their process has ended, and no others are", async () => {
    const [one, other] = [process(), process()];
    expect(await one.take("c", 2)).toBe(2);
    expect(await other.take("c", 2)).toBe(2);
    await one.close();
    await until(async () => (await other.take("c", 2)) === 2);
    expect(await other.take("c", 1)).toBe(0);
  });

  it("are kept through the loss of the session, with one new session only", async () => {
    const [one, other] = [process(), process()];
    expect(await one.take("d", 2)).toBe(2);
    const before = sessions.length;
    await end(sessions.at(-1));
    // Both find that the session is lost, and neither opens one of its own.
    const taken = await Promise.all([
      one.take("e", 1).catch(() => one.take("e", 1)),
      one.take("d", 1).catch(() => one.take("d", 1)),
    ]);
    expect(taken).toEqual([1, 1]);
    // One was opened to end the other.
    expect(sessions.length - before).toBe(2);
    expect(await other.take("d", 9)).toBe(1);
    one.free("d", 3);
    await until(async () => (await other.take("d", 3)) === 3);
  });

  it("that another process took meanwhile are not used beyond the limit", async () => {
    const [one, other] = [process(), process()];
    expect(await one.take("f", 4)).toBe(4);
    await end(sessions.at(-1));
    expect(await other.take("f", 4)).toBe(4);
    // Its four jobs still run, without slots.
    expect(await one.take("f", 4).catch(() => one.take("f", 4))).toBe(0);
    one.free("f", 4);
    expect(await one.take("f", 4)).toBe(0);
    other.free("f", 4);
    await until(async () => (await one.take("f", 4)) === 4);
  });
});
