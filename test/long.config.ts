import { configDefaults, defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/**
 * `npm run test:long`: the command that makes a set of permissions, in a copy of the tree; recordings that are replayed
 * with stand-ins, or by the bundles; what the README shows; the archive; chunks that are missing; scripts that use up
 * their limits; what every action declares, compared with what it sends; every row of the tables of behaviour and of
 * requests; a tenant of 100,000 mailboxes; runs that are ended at each of their requests; builds with edited files;
 * documents at random; keys and certificates; the drill of every set; every command of the docs. It takes about seven
 * minutes.
 */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/long/**/*.test.ts", "test/**/*.long.test.ts"],
    exclude: configDefaults.exclude,
    testTimeout: 900_000,
    hookTimeout: 60_000,
  },
});
