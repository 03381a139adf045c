/** One long import through workers that are killed in the middle of it. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { manyMailboxes } from "../emulator/seed.ts";
import { startEmulator } from "../emulator/server.ts";
import { accountImportFor } from "../events.ts";
import { opened } from "./opened.ts";
import { startPostgres } from "./postgres.ts";
import { startWorker } from "./started.ts";

export interface ImportCampaign {
  mailboxes: number;
  /** Workers that are killed with SIGKILL, and started again. */
  kills: number;
  /** Milliseconds that each page takes. */
  pageMs: number;
  onProgress?: (pages: number) => void;
}

export interface ImportReport {
  seconds: number;
  pages: number;
  /** Pages that were asked for a second time. */
  twice: number;
  /** Records with different references: all of them, when it is as many as mailboxes. */
  records: number;
  /** Records with a reference that came before. */
  repeatedRecords: number;
  attempts: number;
  /** Of the worker with the largest memory, in MB: when it waits for events, and at most. */
  idleMb: number;
  mostMb: number;
}

const perPage = 1_000;

export async function importCampaign(choices: ImportCampaign): Promise<ImportReport> {
  const { mailboxes, kills, pageMs, onProgress } = choices;
  const folder = mkdtempSync(path.join(tmpdir(), "import-campaign-"));
  const server = await startPostgres();
  const running = await startEmulator({ state: manyMailboxes(mailboxes) });
  const key = randomBytes(32);
  const keyFile = path.join(folder, "key");
  writeFileSync(keyFile, key.toString("base64url"), { mode: 0o600 });
  const env = {
    ...running.env,
    EXO_CONNECTOR_QUEUE: server.url,
    EXO_CONNECTOR_QUEUE_KEY_FILE: keyFile,
  };
  const one = await opened({ connectionString: server.url }, { watches: false }, key);
  running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, delayMs: pageMs, also: true }]);
  let worker = await startWorker([], { folder, env });
  try {
    const pages = (): number[] =>
      running.emulator
        .journal()
        .filter(({ cmdlet }) => cmdlet === "Get-Mailbox")
        .map(({ page }) => page);
    const idleMb = mostMemory(worker.pid);
    let mostMb = idleMb;
    const event = accountImportFor({ ...running.emulator.credentials });
    const line = JSON.stringify({ id: "import", action: "lifecycle/import", event });
    const begin = performance.now();
    await one.events.send([{ bytes: Buffer.from(line), source: "the line" }]);
    let killed = 0;
    let found = await one.events.find("import");
    for (; found?.state !== "completed"; found = await one.events.find("import")) {
      const due = ((killed + 1) * mailboxes) / perPage / (kills + 1);
      onProgress?.(pages().length);
      mostMb = Math.max(mostMb, mostMemory(worker.pid));
      if (killed < kills && pages().length >= due) {
        killed++;
        worker.kill("SIGKILL");
        await worker.ended;
        worker = await startWorker([], { folder, env });
      }
      await delay(100);
    }
    const seconds = (performance.now() - begin) / 1000;
    const references: string[] = [];
    for (let part = 0; ; part++) {
      const lines = await one.events.records("import", part);
      for (const text of lines?.lines.split("\n").filter((one) => one !== "") ?? []) {
        const { record } = JSON.parse(text) as { record: { AccountReference: string } };
        references.push(record.AccountReference);
      }
      if (lines?.isLast !== false) break;
    }
    const records = new Set(references).size;
    const all = pages();
    return {
      seconds,
      pages: new Set(all).size,
      twice: all.length - new Set(all).size,
      records,
      repeatedRecords: references.length - records,
      attempts: found.attempts,
      idleMb,
      mostMb,
    };
  } finally {
    worker.kill("SIGKILL");
    await worker.ended;
    await one.queue.close().catch(() => undefined);
    await running.close();
    server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The largest memory that a process had, in MB, as Linux tells it; 0 elsewhere. */
function mostMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
