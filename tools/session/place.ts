import { existsSync } from "node:fs";
import path from "node:path";
import { UsageError } from "./usageError.ts";

/** A clone runs the sources; the archive has the command line in a folder beside the bundles. */
export const isClone = path.extname(import.meta.filename) === ".ts";

/** The folder with the actions: their sources in a clone, their bundles in the archive. */
export const actionsFolder = path.resolve(import.meta.dirname, isClone ? "../.." : "..");

/** The folder with the built bundles. */
export const bundlesFolder = isClone ? path.join(actionsFolder, "dist") : actionsFolder;

/** Throws when a folder has no bundles. */
export function assertBuilt(folder: string): void {
  if (!existsSync(path.join(folder, "lifecycle")))
    throw new UsageError(`There are no bundles in ${folder}; npm run build makes them.`);
}

/** The command line of a verb as it is typed in the working folder, in PowerShell and in any other shell. */
export function commandLine(...words: readonly string[]): string {
  const entry = path.relative("", path.join(actionsFolder, "exo-connector.mjs"));
  const start = isClone ? ["npm", "run", "exo", "--"] : ["node", entry];
  return [...start, ...words].map(quoted).join(" ");
}

const quoted = (word: string): string => (/^[\w./\\:-]+$/.test(word) ? word : `"${word}"`);
