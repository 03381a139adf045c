import { configDefaults, defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/** `npm run test:quick`: everything that starts no process. A test that wants a bundle fails here; list it below. */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    globalSetup: [],
    exclude: [
      ...configDefaults.exclude,
      "test/{lifecycle,permissions,resources,runtime}/**",
      "test/{behaviour,bundle,readme,replay,secrets}.test.ts",
      "test/emulator/command.test.ts",
      "test/entitlements/options.test.ts",
    ],
  },
});
