import { configDefaults, defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/**
 * `npm run test:network`: service and agents in networks of their own, behind firewalls and proxies. Needs root, and
 * the programs of iproute2, nftables and conntrack; skipped, loudly, without them. It takes about four minutes.
 */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/network/**/*.test.ts"],
    exclude: configDefaults.exclude,
    // They measure time, and cut connections.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
