/** Bundles `exo-connector`, beside the bundles of the actions: one file to start, the rest in a folder. */
import { build, type Metafile } from "esbuild";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { moduleOptions } from "./moduleOptions.ts";
import { entryFrom } from "./template.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Writes the command line to a folder; `node` is the oldest version that runs it. The result says what is bundled. */
export async function buildCommandLine(outdir: string, node: string): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    ...moduleOptions,
    // Not for the bundles: it takes a twentieth of an event's time.
    keepNames: true,
    absWorkingDir: root,
    entryPoints: [
      { in: "tools/cli/main.ts", out: "main" },
      // Started as a thread, by its file name.
      { in: "tools/mapping/scriptWorker.ts", out: "scriptWorker" },
    ],
    // The hash in a chunk's name covers the paths from here to the sources: one place, whatever `outdir` is.
    outdir: path.join(root, "dist/cli"),
    chunkNames: "[name]-[hash]",
    // The engine of the queue is installed by those who use it: it is larger than all of this.
    external: ["pg-boss", "pg", "@electric-sql/pglite", "prom-client", "@opentelemetry/*"],
    // jsonc-parser has a CommonJS form whose requires no bundler can follow.
    mainFields: ["module", "main"],
  });
  const folder = path.join(outdir, "cli");
  mkdirSync(folder, { recursive: true });
  for (const { path: file, contents } of outputFiles)
    writeFileSync(path.join(folder, path.basename(file)), contents);
  const pages = { page: "test/emulator/page", workerPage: "tools/queue/workerPage" };
  for (const [name, source] of Object.entries(pages))
    cpSync(path.join(root, source), path.join(folder, name), {
      recursive: true,
      filter: (file) => !file.endsWith(".json"),
    });
  writeFileSync(path.join(outdir, "exo-connector.mjs"), entryFrom("commandLineEntry.js", { node }));
  return metafile;
}
