/** A backup of a queue that is in use, restored on another server after the first one is gone. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Postgres } from "./postgres.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { manyMailboxes } from "../emulator/seed.ts";
import { accountImportFor, changeEventFor } from "../events.ts";
import { opened, until } from "./opened.ts";
import { startPostgres } from "./postgres.ts";
import { startWorker, type StartedWorker } from "./started.ts";

const pages = 6;
const state = manyMailboxes(1_000 * pages);
const references = state.objects
  .filter(({ IsDirSynced }) => IsDirSynced !== true)
  .slice(0, 10)
  .map(({ Guid }) => String(Guid));
const perAccount = 20;

describe.skipIf(!inject("postgres"))("a backup of a queue in use", () => {
  let running: RunningEmulator;
  let folder = "";
  const servers: Postgres[] = [];
  const workers: StartedWorker[] = [];
  const key = randomBytes(32);

  beforeAll(async () => {
    running = await startEmulator({ state });
    folder = mkdtempSync(path.join(tmpdir(), "restored-"));
    writeFileSync(path.join(folder, "key"), key.toString("base64url"), { mode: 0o600 });
  });
  afterAll(async () => {
    for (const worker of workers) worker.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    await running.close();
    for (const server of servers) server.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const newServer = async (): Promise<Postgres> => {
    const server = await startPostgres();
    servers.push(server);
    return server;
  };
  const start = async ({ url }: Postgres): Promise<void> => {
    const queue = {
      EXO_CONNECTOR_QUEUE: url,
      EXO_CONNECTOR_QUEUE_KEY_FILE: path.join(folder, "key"),
    };
    workers.push(await startWorker([], { folder, env: { ...running.env, ...queue } }));
  };

  const lineOf = (
    id: string,
    action: string,
    event: unknown,
  ): { bytes: Buffer; source: string } => ({
    bytes: Buffer.from(JSON.stringify({ id, action, event })),
    source: id,
  });
  /** Each sets a field to its number among those of its account. */
  const changesFor = () =>
    Array.from({ length: perAccount }, (_, index) =>
      references.map((reference, account) =>
        lineOf(
          `change ${index + 1} of ${account}`,
          "lifecycle/update",
          changeEventFor(
            { ...running.emulator.credentials },
            { reference, data: { CustomAttribute9: String(index + 1) } },
          ),
        ),
      ),
    ).flat();

  const applied = (): number =>
    running.emulator.journal().filter((one) => one.cmdlet === "Set-Mailbox" && one.applied).length;
  const values = (): unknown[] =>
    running.emulator
      .state()
      .objects.filter(({ Guid }) => references.includes(String(Guid)))
      .map((object) => object["CustomAttribute9"]);

  it("loses nothing that was sent before it, and runs again what was completed since, in its order", async () => {
    running.emulator.setFaults([{ match: { side: "exchange" }, delayMs: 60, also: true }]);
    const first = await newServer();
    const one = await opened({ connectionString: first.url }, {}, key);
    const changes = changesFor();
    await one.events.send(changes);
    const importLine = lineOf(
      "import",
      "lifecycle/import",
      accountImportFor({ ...running.emulator.credentials }),
    );
    await one.events.send([importLine]);
    await Promise.all([start(first), start(first)]);
    await until(() => applied() > 40);
    const backup = await first.backUp();
    const atBackup = applied();
    await until(() => applied() > atBackup + 40);
    for (const worker of workers) worker.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    await one.queue.close();
    first.remove();
    servers.splice(servers.indexOf(first), 1);

    const second = await newServer();
    second.restore(backup);
    const other = await opened({ connectionString: second.url }, {}, key);
    await start(second);
    // The sender does not know what the backup has: what was in it is left out.
    expect(await other.events.send([...changes, importLine])).toEqual({
      added: 0,
      known: changes.length + 1,
    });
    const completed = async (): Promise<number | undefined> =>
      (await other.queue.stats())[0]?.completed;
    await until(async () => (await completed()) === changes.length + 1);
    expect((await other.queue.stats())[0]).toMatchObject({ blocked: 0, waiting: 0, running: 0 });
    expect(values()).toEqual(references.map(() => String(perAccount)));
    // What was completed since the backup was done a second time.
    expect(applied() - changes.length).toBeGreaterThan(0);
    expect(applied() - changes.length).toBeLessThan(changes.length);
    const records: string[] = [];
    for (let part = 0; ; part++) {
      const found = await other.events.records("import", part);
      records.push(...(found?.lines.split("\n").filter((text) => text !== "") ?? []));
      if (found?.isLast !== false) break;
    }
    expect(records).toHaveLength(1_000 * pages);
    await other.queue.close();
  });
});
