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
  },
});
