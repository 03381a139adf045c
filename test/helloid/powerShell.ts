import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The program to test with; blank when there is none. */
    powerShell: string;
  }
}

/**
 * Looks for PowerShell: EXO_TEST_PWSH, or pwsh in the PATH. Without one these tests are skipped, which is
 * reported where it cannot be overlooked; where it has to be there (CI), it is a failure.
 */
export default function setup(project: TestProject): void {
  const program = process.env["EXO_TEST_PWSH"] ?? "pwsh";
  const { status } = spawnSync(program, ["-NoProfile", "-Command", "exit 0"]);
  project.provide("powerShell", status === 0 ? program : "");
  if (status === 0) return;
  const advice =
    "PowerShell was not found (EXO_TEST_PWSH, or pwsh in the PATH). With a .NET SDK: " +
    "dotnet tool install PowerShell --version 7.6.9 --tool-path DIR, then EXO_TEST_PWSH=DIR/pwsh.";
  if (process.env["CI"]) throw new Error(advice);
  const line = "!".repeat(80);
  console.error(`${line}\nSKIPPED: no bridge script was run. ${advice}\n${line}`);
}
