import path from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  root: path.resolve(import.meta.dirname, ".."),
  test: {
    include: ["test/**/*.test.ts"],
    // These need a PowerShell and have a suite of their own.
    exclude: [...configDefaults.exclude, "test/helloid/**"],
    globalSetup: ["test/bundles.ts"],
    // Much of the time is spent waiting for bundles in processes of their own.
    maxWorkers: "100%",
    // Nothing is mocked and every test has a tenant of its own: files need no process each.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
