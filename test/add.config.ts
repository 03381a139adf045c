import { defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/** `npm run test:add`: the command that makes a set of permissions, in a copy of the tree. It takes about a minute. */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/add/**/*.test.ts"],
    exclude: [],
    globalSetup: [],
    testTimeout: 900_000,
    hookTimeout: 60_000,
  },
});
