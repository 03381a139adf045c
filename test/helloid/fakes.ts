/** Connectors that misbehave: a folder with a bundle of a few lines, at the path of an action. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A folder as agents have them, with a space and an umlaut in its name. */
export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "Connectör für HelloID "));
}

/** Writes a bundle that runs `code`. */
export function writeBundle(folder: string, action: string, code: string): void {
  const file = path.join(folder, `${action}.mjs`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bundleOf(code));
}

/** A bundle that runs `code`, in which `read` returns the event and `answer` prints an answer. */
export function bundleOf(code: string): string {
  return `${prelude}\n${code}\n`;
}

/** A program that starts Node.js and names itself in STARTED_AS. */
export const nodeScript = `#!/bin/sh\nSTARTED_AS="$0" exec '${process.execPath}' "$@"\n`;

const prelude = `
import fs from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
const print = (value) => process.stdout.write(typeof value === "string" ? value : JSON.stringify(value) + "\\n");
const log = (level, message) => process.stderr.write(JSON.stringify({ level, message }) + "\\n");
const answer = (more) => print({ outputContext: { Success: true, AuditLogs: [], ...more } });
const die = () => process.kill(process.pid, "SIGKILL");
const read = () => fs.readFileSync(0);
`;
