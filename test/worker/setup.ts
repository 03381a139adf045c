/** What the tests of the worker need of their machine, and a loud word when it is missing. */
import type { TestProject } from "vitest/node";
import { loadEngine } from "../../lib/runtime/queue/engine.ts";
import { postgresPrograms } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether the engine of the queue is installed, for this Node. */
    engine: boolean;
    /** Whether there is a PostgreSQL on this machine. */
    postgres: boolean;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const missing = await loadEngine().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (missing !== undefined) report(`no test of the worker was run. ${missing}`);
  const hasPostgres = postgresPrograms() !== undefined;
  if (!hasPostgres)
    report(
      "no test used a real PostgreSQL. On Debian: postgresql (apt-get install --no-install-recommends).",
    );
  project.provide("engine", missing === undefined);
  project.provide("postgres", missing === undefined && hasPostgres);
}

function report(what: string): void {
  if (process.env["CI"]) throw new Error(what);
  const line = "!".repeat(80);
  console.error(`${line}\nSKIPPED: ${what}\n${line}`);
}
