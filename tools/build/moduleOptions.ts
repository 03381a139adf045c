import type { BuildOptions, TransformOptions } from "esbuild";

/** What every bundle of this project is: modules for Node in chunks, in memory until they are written. */
export const moduleOptions = {
  write: false,
  bundle: true,
  splitting: true,
  format: "esm",
  outExtension: { ".js": ".mjs" },
  platform: "node",
  target: "node20.19",
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  banner: {
    js:
      'import { createRequire as __createRequire } from "node:module"; ' +
      "const require = __createRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;

/** What makes a chunk of such a bundle CommonJS. */
export const commonJsOptions = {
  format: "cjs",
  platform: "node",
  target: moduleOptions.target,
  minify: true,
  legalComments: "none",
  supported: { "dynamic-import": false },
} as const satisfies TransformOptions;
