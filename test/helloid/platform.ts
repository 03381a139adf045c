/** The platform's double: a real PowerShell that runs pasted scripts, one after the other. */
import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { inAscii } from "../../lib/host/output.ts";

/** What the platform sees of a script. */
export interface ScriptRun {
  /** Undefined: the script found none, as imports may not. */
  outputContext: Record<string, unknown> | null;
  /** The lists that the platform prepared are still the same objects. */
  listsKept: boolean;
  /** The objects on the success stream. */
  records: unknown[];
  information: string[];
  warning: string[];
  error: string[];
  verbose: string[];
  /** The message of an error that ended the script. */
  thrown: string | null;
  ms: number;
}

export interface ScriptOptions {
  env?: Record<string, string>;
  /** What the session has set before the script runs. */
  settings?: string;
  /** Text that looks like a date arrives as a date, as in PowerShell 7. Otherwise as text, as in 5.1. */
  datesAsObjects?: boolean;
  /** There is no $outputContext. */
  isImport?: boolean;
}

export interface Platform {
  run(script: string, event: unknown, options?: ScriptOptions): Promise<ScriptRun>;
  process: ChildProcess;
  close(): void;
}

/** `more`: environment variables of its process. */
export function startPlatform(program: string, more: Record<string, string> = {}): Platform {
  const child = spawn(
    program,
    ["-NoProfile", "-NonInteractive", "-File", path.join(import.meta.dirname, "platform.ps1")],
    { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, NO_COLOR: "1", ...more } },
  );
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  child.on("close", () => {
    for (const { reject } of waiting.splice(0)) reject(new Error("PowerShell ended."));
  });
  child.stdin.on("error", () => undefined);
  return {
    process: child,
    async run(script, event, options = {}) {
      const { env = {}, settings = "", datesAsObjects = false, isImport = false } = options;
      const request = { script, event: inJson(event), env, settings, datesAsObjects, isImport };
      const line = await new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${inJson(request)}\n`);
      });
      const result = JSON.parse(line) as ScriptRun | { failed: string };
      if ("failed" in result) throw new Error(`The platform's double failed: ${result.failed}`);
      return result;
    },
    close: () => child.stdin.end(),
  };
}

/** ASCII, so that PowerShell's console encoding does not matter. */
function inJson(value: unknown): string {
  return inAscii(JSON.stringify(value));
}
