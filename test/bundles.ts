import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { buildBundles, precompile } from "../tools/build/bundles.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where this test run's own bundles are. */
    dist: string;
    actions: string[];
  }
}

/**
 * Builds the bundles once, before all tests, to a folder of their own: no test sees a stale build or
 * one of another run.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const dist = mkdtempSync(path.join(tmpdir(), "exchange-online-connector-"));
  const { actions } = await buildBundles(dist);
  precompile(dist);
  project.provide("dist", dist);
  project.provide("actions", actions);
  return () => rmSync(dist, { recursive: true, force: true });
}
