import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The built program, to be run by `dotnet`; blank when there is no .NET SDK. */
    dotnetGraph: string;
  }
}

/**
 * Builds Microsoft's Graph SDK for .NET with its calls, outside of this tree. Without an SDK these tests are skipped,
 * which is reported where it cannot be overlooked; where it has to be there (CI), it is a failure.
 */
export default function setup(project: TestProject): () => void {
  const { status } = spawnSync("dotnet", ["--version"]);
  const folder = mkdtempSync(path.join(tmpdir(), "dotnet-graph-"));
  project.provide("dotnetGraph", status === 0 ? built(folder) : "");
  if (status !== 0) reportMissing();
  return () => rmSync(folder, { recursive: true, force: true });
}

function built(folder: string): string {
  cpSync(path.join(import.meta.dirname, "dotnetGraph"), folder, { recursive: true });
  const arguments_ = ["build", "dotnetGraph.csproj", "-c", "Release", "-o", "out"];
  const { status, stdout } = spawnSync("dotnet", arguments_, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`dotnet build failed:\n${stdout}`);
  return path.join(folder, "out", "dotnetGraph.dll");
}

function reportMissing(): void {
  const advice = "The .NET SDK 10 was not found (dotnet in the PATH).";
  if (process.env["CI"]) throw new Error(advice);
  const line = "!".repeat(80);
  console.error(
    `${line}\nSKIPPED: no call of Microsoft's SDK for .NET was made. ${advice}\n${line}`,
  );
}
