import path from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/**
 * `npm run test:directory`: the client of Active Directory against a scripted controller, and everything about Active
 * Directory against a domain controller of Samba, which is skipped, loudly, without one.
 */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/activeDirectory/**/*.test.ts"],
    exclude: configDefaults.exclude,
    globalSetup: ["test/bundles.ts", path.join("test", "activeDirectory", "samba.ts")],
  },
});
