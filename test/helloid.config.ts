import path from "node:path";
import { defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/** `npm run test:helloid`: what needs a real PowerShell. */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/helloid/**/*.test.ts"],
    exclude: [],
    globalSetup: ["test/bundles.ts", path.join("test", "helloid", "powerShell.ts")],
  },
});
