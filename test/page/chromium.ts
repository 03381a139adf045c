import { existsSync } from "node:fs";
import path from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The path of the browser to test with; blank when there is none. */
    chromium: string;
  }
}

/**
 * Looks for Chromium: EXO_TEST_CHROMIUM, or chromium in the PATH. Without one these tests are skipped, which
 * is reported where it cannot be overlooked; where it has to be there (CI), it is a failure.
 */
export default function setup(project: TestProject): void {
  const program = process.env["EXO_TEST_CHROMIUM"] ?? "chromium";
  const folders = path.isAbsolute(program)
    ? [""]
    : (process.env["PATH"] ?? "").split(path.delimiter);
  const found = folders
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file));
  project.provide("chromium", found ?? "");
  if (found !== undefined) return;
  const advice =
    "Chromium was not found (EXO_TEST_CHROMIUM, or chromium in the PATH). On Debian: apt-get install chromium.";
  if (process.env["CI"]) throw new Error(advice);
  const line = "!".repeat(80);
  console.error(`${line}\nSKIPPED: the emulator's page was not tested. ${advice}\n${line}`);
}
