import { spawn } from "node:child_process";
import path from "node:path";
import { isRecord } from "../../lib/record.ts";

/** The output of a bundle. */
export interface BundleRun {
  code: number | null;
  /** The last line of stdout, if it is an answer and every line is a JSON document. */
  answer: unknown;
  /** The record lines of an import. */
  records: unknown[];
  /** The lines of stderr. One that is no JSON is an error of what the bundle runs on, such as Node. */
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
  const documents = linesOf(out).map(parsed);
  const answer = documents.includes(undefined) ? undefined : documents.at(-1);
  return {
    code,
    answer: isRecord(answer) && "outputContext" in answer ? answer : undefined,
    records: documents.flatMap((document) =>
      isRecord(document) && "record" in document ? [document["record"]] : [],
    ),
    log: linesOf(err).map(logged),
    stdout: out,
    stderr: err,
    ms: performance.now() - begin,
  };
}

/** Why a run has no answer, in one sentence: a crash, or a file that is no bundle. */
export function withoutAnswer({ code, stderr }: Pick<BundleRun, "code" | "stderr">): string {
  const how = code === null ? "was ended by a signal" : `ended with exit code ${code}`;
  const why = reasonIn(linesOf(stderr));
  return `The bundle ${how} and gave no answer. ${why ?? "It wrote nothing on stderr"}.`;
}

/** The line that names the error. Node writes its stack and its own version after it. */
function reasonIn(lines: readonly string[]): string | undefined {
  const last = lines.findLast((line) => !line.startsWith("Node.js v"));
  return lines.findLast((line) => /^\w*Error\b/.test(line)) ?? last;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function logged(line: string): { level: string; message: string } {
  const entry = parsed(line);
  return isRecord(entry) &&
    typeof entry["level"] === "string" &&
    typeof entry["message"] === "string"
    ? { ...entry, level: entry["level"], message: entry["message"] }
    : { level: "error", message: line };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}
