import { availableParallelism } from "node:os";
import path from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { SlowestFirst } from "./slowestFirst.ts";

export default defineConfig({
  root: path.resolve(import.meta.dirname, ".."),
  test: {
    include: ["test/**/*.test.ts"],
    // These need a PowerShell, a browser, a domain controller or a database, or check a copy of the whole tree. They
    // have suites of their own.
    exclude: [
      ...configDefaults.exclude,
      "test/{activeDirectory,helloid,judges,long,network,page,worker}/**",
      "test/**/*.long.test.ts",
    ],
    globalSetup: ["test/bundles.ts"],
    // Some of the time is spent waiting for bundles in processes of their own. Each worker loads the modules anew.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: SlowestFirst },
    // Nothing is mocked and every test has a tenant of its own: files need no process each.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
