import { spawn } from "node:child_process";
import path from "node:path";
import { isRecord } from "../../lib/host/schemaContract.ts";

/** The output of a bundle. */
export interface BundleRun {
  code: number | null;
  /** The last line of stdout, if it is an answer. */
  answer: unknown;
  /** The record lines of an import. */
  records: unknown[];
  /** The lines of stderr. */
  log: { level: string; message: string }[];
  /** Everything that was written, as it was written. */
  stdout: string;
  stderr: string;
  /** Milliseconds from start to exit. */
  ms: number;
}

export interface BundleOptions {
  dist?: string;
  env?: Record<string, string>;
  /** A module that is loaded before the bundle. */
  preload?: string;
  /** Called with the process, to end it early. */
  started?(kill: (signal: NodeJS.Signals) => void): void;
}

const root = path.resolve(import.meta.dirname, "../..");

/** Runs one built bundle as the platform does: a process of its own, the event on stdin, the answer on stdout. */
export async function runBundle(
  action: string,
  event: unknown,
  { dist = path.join(root, "dist"), env = {}, preload, started }: BundleOptions = {},
): Promise<BundleRun> {
  const begin = performance.now();
  const options = preload === undefined ? [] : ["--import", preload];
  const child = spawn(process.execPath, [...options, path.join(dist, `${action}.mjs`)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A bundle that answers before it has read everything closes the pipe; the answer is what counts.
  child.stdin.on("error", () => undefined);
  child.stdin.end(
    Buffer.isBuffer(event) || typeof event === "string" ? event : JSON.stringify(event),
  );
  started?.((signal) => child.kill(signal));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const out = Buffer.concat(stdout).toString("utf8");
  const err = Buffer.concat(stderr).toString("utf8");
  const documents = linesOf(out).map((line): unknown => JSON.parse(line));
  const answer = documents.at(-1);
  return {
    code,
    answer: isRecord(answer) && "outputContext" in answer ? answer : undefined,
    records: documents.flatMap((document) =>
      isRecord(document) && "record" in document ? [document["record"]] : [],
    ),
    log: linesOf(err).map((line) => JSON.parse(line) as { level: string; message: string }),
    stdout: out,
    stderr: err,
    ms: performance.now() - begin,
  };
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
