import path from "node:path";
import { defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/** `npm run test:dotnet`: what needs a .NET SDK. */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/judges/**/*.test.ts"],
    exclude: [],
    globalSetup: [path.join("test", "judges", "dotnet.ts")],
  },
});
