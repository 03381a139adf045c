/** Bundles `exo-connector`, beside the bundles of the actions: one file to start, the rest in a folder. */
import { build, type Metafile } from "esbuild";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { filled } from "./template.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Writes the command line to a folder; `node` is the oldest version that runs it. The result says what is bundled. */
export async function buildCommandLine(outdir: string, node: string): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: "tools/cli/main.ts", out: "main" },
      // Started as a thread, by its file name.
      { in: "tools/mapping/scriptWorker.ts", out: "scriptWorker" },
    ],
    // The hash in a chunk's name covers the paths from here to the sources: one place, whatever `outdir` is.
    outdir: path.join(root, "dist/cli"),
    write: false,
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
    metafile: true,
    logLevel: "warning",
    banner: {
      js:
        'import { createRequire as __createRequire } from "node:module"; ' +
        "const require = __createRequire(import.meta.url);",
    },
  });
  const folder = path.join(outdir, "cli");
  mkdirSync(folder, { recursive: true });
  for (const { path: file, contents } of outputFiles)
    writeFileSync(path.join(folder, path.basename(file)), contents);
  cpSync(path.join(root, "test/emulator/page"), path.join(folder, "page"), {
    recursive: true,
    filter: (file) => !file.endsWith(".json"),
  });
  const entry = readFileSync(path.join(import.meta.dirname, "commandLineEntry.js"), "utf8");
  writeFileSync(path.join(outdir, "exo-connector.mjs"), filled(entry, { node }));
  return metafile;
}
