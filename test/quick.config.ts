import { configDefaults, defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/**
 * `npm run test:quick`: everything but what starts many processes, plays in tenants by the thousand, waits for limits,
 * makes keys, or tries documents at random.
 */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    // No bundles are built: what runs them is left out.
    globalSetup: [],
    exclude: [
      ...configDefaults.exclude,
      "test/{activeDirectory,helloid,judges,long,network,page,worker}/**",
      "test/{campaign/entra,certificate,check,cli,doctor,lifecycle,link,mapping}/**",
      "test/{messages,permissions,resources,runtime,scrub}/**",
      "test/{behaviour,bundle,properties,readme,reports,secrets}.test.ts",
      "test/{auth/certificate,auth/tokenStore,net/proxy}.test.ts",
      "test/**/*.long.test.ts",
    ],
  },
});
