/** Imports that end early and run again, on an emulated tenant with a state folder of their own. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Targets } from "../../lib/connector.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { permissionImportFor } from "../../tools/cli/demoEvents.ts";
import type { Entry } from "../emulator/journal.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { runInProcess, type InProcessOptions } from "../inProcess.ts";

/** One request at a time, so that a test knows what was answered before a run ended. */
const oneByOne = { MaxConcurrentRequests: 1 };

export interface Choices extends Omit<InProcessOptions, "name"> {
  configuration?: Record<string, unknown>;
  /** Members of the action context. */
  more?: Record<string, unknown>;
  /** No state folder is named. */
  isStateless?: boolean;
  name?: string;
}

export interface ImportRun {
  isSuccess: boolean;
  records: string[];
  /** What was written to stderr. */
  log: { level: string; message: string }[];
  /** The reads of the run, those of a batch one by one. */
  reads: number;
  /** The requests to an API. */
  requests: number;
  /** The answers of an earlier run that it says it used. */
  used: number;
}

export class Imports {
  readonly running: RunningEmulator;
  readonly folder: string;

  constructor(running: RunningEmulator) {
    this.running = running;
    this.folder = path.join(mkdtempSync(path.join(tmpdir(), "exo-answers-")), "state");
    mkdirSync(this.folder, { mode: 0o700 });
  }

  static async open(): Promise<Imports> {
    return new Imports(await startEmulator());
  }

  async close(): Promise<void> {
    rmSync(path.dirname(this.folder), { recursive: true });
    await this.running.close();
  }

  /** The files with answers. */
  files(): string[] {
    const names = readdirSync(this.folder).filter((name) => name.endsWith(".answers"));
    return names.map((name) => path.join(this.folder, name));
  }

  bytes(): Buffer {
    return Buffer.concat(this.files().map((file) => readFileSync(file)));
  }

  /** Removes what is in the folder, tokens as well: they have the roles of the tenant before. */
  forget(): void {
    for (const name of readdirSync(this.folder)) rmSync(path.join(this.folder, name));
  }

  event({ configuration, more }: Choices = {}): { actionContext: Record<string, unknown> } {
    const event = permissionImportFor(this.running, { ...oneByOne, ...configuration });
    Object.assign(event.actionContext, more);
    return event;
  }

  async run<Event extends AnyEvent>(
    action: Action<Event, Targets>,
    choices: Choices = {},
  ): Promise<ImportRun> {
    const { isStateless = false, name = "an/import" } = choices;
    this.running.emulator.clearJournal();
    const env = {
      ...this.running.env,
      ...(!isStateless && { EXO_CONNECTOR_STATE: this.folder }),
    };
    const { code, stdout, stderr } = await runInProcess(action, this.event(choices), env, {
      ...choices,
      name,
    });
    const entries = this.running.emulator.journal().filter(({ side }) => side !== "login");
    const log = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { level: string; message: string });
    const used = log.map(({ message }) => /(\d+) of its answers were used/.exec(message)?.[1]);
    return {
      isSuccess: code === 0,
      records: stdout
        .split("\n")
        .filter((line) => line.startsWith('{"record"'))
        .toSorted(),
      log,
      reads: entries.map(readsIn).reduce((sum, count) => sum + count, 0),
      requests: entries.length,
      used: Number(used.find((count) => count !== undefined) ?? 0),
    };
  }
}

function readsIn({ items }: Entry): number {
  return items?.length ?? 1;
}
