import { existsSync } from "node:fs";
import path from "node:path";
import { UsageError } from "./usageError.ts";

/** A clone runs the sources; the archive has the command line in a folder beside the bundles. */
export const isClone = path.extname(import.meta.filename) === ".ts";

/** What is typed before a verb. */
export const program = isClone ? "npm run exo --" : "node exo-connector.mjs";

/** The folder with the actions: their sources in a clone, their bundles in the archive. */
export const actionsFolder = path.resolve(import.meta.dirname, isClone ? "../.." : "..");

/** The folder with the built bundles. */
export const bundlesFolder = isClone ? path.join(actionsFolder, "dist") : actionsFolder;

/** Throws when a folder has no bundles. */
export function assertBuilt(folder: string): void {
  if (!existsSync(path.join(folder, "lifecycle")))
    throw new UsageError(`There are no bundles in ${folder}; npm run build makes them.`);
}
