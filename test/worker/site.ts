/** What tests need that start workers as processes of their own: a PostgreSQL, a queue on it, and an environment. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { QueueChoices } from "../../lib/runtime/queue/database.ts";
import { opened, type Opened } from "./opened.ts";
import { startPostgres, type Postgres } from "./postgres.ts";
import { startWorker, type StartedWorker } from "./started.ts";

export interface WorkerSite {
  server: Postgres;
  one: Opened;
  /** Those that were started since the last `killWorkers`. */
  readonly workers: readonly StartedWorker[];
  /** A worker with this environment and more. */
  start(words?: readonly string[], more?: Readonly<Record<string, string>>): Promise<StartedWorker>;
  /** Kills the workers that were started, and waits for their ends. */
  killWorkers(): Promise<void>;
  close(): Promise<void>;
}

/** `tenant`: the environment in which events find their tenant. */
export async function openSite(
  tenant: Readonly<Record<string, string>>,
  choices: Partial<QueueChoices> = {},
): Promise<WorkerSite> {
  const server = await startPostgres();
  const folder = mkdtempSync(path.join(tmpdir(), "worker-site-"));
  const key = randomBytes(32);
  const keyFile = path.join(folder, "key");
  writeFileSync(keyFile, key.toString("base64url"), { mode: 0o600 });
  const env = {
    ...tenant,
    EXO_CONNECTOR_QUEUE: server.url,
    EXO_CONNECTOR_QUEUE_KEY_FILE: keyFile,
  };
  const one = await opened({ connectionString: server.url }, choices, key);
  let workers: StartedWorker[] = [];
  async function killWorkers(): Promise<void> {
    for (const worker of workers) worker.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    workers = [];
  }
  return {
    server,
    one,
    get workers() {
      return workers;
    },
    async start(words = [], more = {}) {
      const worker = await startWorker(words, { folder, env: { ...env, ...more } });
      workers.push(worker);
      return worker;
    },
    killWorkers,
    async close() {
      await killWorkers();
      await one.queue.close();
      server.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
