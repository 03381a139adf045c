import { configDefaults, defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/**
 * `npm run test:worker`: the queue and the worker, on PostgreSQL and on the one inside the process. Skipped, loudly, on
 * a Node that is too old for the engine; without a PostgreSQL, what needs one is.
 */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/worker/**/*.test.ts"],
    exclude: configDefaults.exclude,
    globalSetup: ["test/worker/setup.ts", "test/page/chromium.ts", "test/helloid/powerShell.ts"],
    // They measure time, and end servers and processes.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 60_000,
  },
});
