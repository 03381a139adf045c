/** The worker as processes of their own, as `exo-connector worker` starts them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { until } from "./opened.ts";

export interface StartedWorker {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves to the exit code; null: it was ended by a signal. */
  ended: Promise<number | null>;
  /** What it has written to stdout and stderr. */
  output(): string;
}

const root = path.resolve(import.meta.dirname, "../..");
let count = 0;

/** Resolves when it waits for events. Its output is in a file: a pipe that it inherits would keep the test waiting. */
export async function startWorker(
  words: readonly string[],
  { folder, env }: { folder: string; env: Record<string, string> },
): Promise<StartedWorker> {
  const file = path.join(folder, `worker-${++count}.log`);
  const output = openSync(file, "w");
  const main = path.join(root, "tools/cli/main.ts");
  const child = spawn(process.execPath, ["--import", "tsx", main, "worker", "--json", ...words], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const text = (): string => readFileSync(file, "utf8");
  await until(() => {
    if (child.exitCode !== null) throw new Error(text());
    return text().includes('"ready":true');
  });
  return {
    pid: child.pid ?? 0,
    kill: (signal) => child.kill(signal),
    ended,
    output: text,
  };
}
