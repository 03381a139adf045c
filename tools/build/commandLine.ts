/** Bundles `exo-connector` to dist/, beside the bundles of the actions: one file to start, the rest in a folder. */
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { filled } from "./template.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** `node` is the oldest version that runs it. */
export async function buildCommandLine(
  node: string,
  outdir = path.join(root, "dist"),
): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: "tools/cli/main.ts", out: "main" },
      // Started as a thread, by its file name.
      { in: "tools/mapping/scriptWorker.ts", out: "scriptWorker" },
    ],
    outdir: path.join(outdir, "cli"),
    bundle: true,
    splitting: true,
    chunkNames: "[name]-[hash]",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    // jsonc-parser has a CommonJS form whose requires no bundler can follow.
    mainFields: ["module", "main"],
    target: "node20.19",
    minify: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
    banner: {
      js:
        'import { createRequire as __createRequire } from "node:module"; ' +
        "const require = __createRequire(import.meta.url);",
    },
  });
  const entry = readFileSync(path.join(import.meta.dirname, "commandLineEntry.js"), "utf8");
  writeFileSync(path.join(outdir, "exo-connector.mjs"), filled(entry, { node }));
}
