import { defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/** `npm run test:page`: the emulator's page, in a real browser. */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/page/**/*.test.ts"],
    exclude: [],
    globalSetup: ["test/page/chromium.ts"],
    // A browser needs both cores of a small machine: two at once are slower than one after the other.
    fileParallelism: false,
    testTimeout: 120_000,
  },
});
