import { existsSync } from "node:fs";
import path from "node:path";
import { assertWritable } from "./files.ts";
import { actionsFolder, isClone } from "./place.ts";
import { UsageError } from "./usageError.ts";

const elsewhere = isClone
  ? "expected a place outside, or the folder local, which git ignores."
  : "expected a place outside, because the installer refuses files that are not its own.";

/** Throws a `UsageError` unless an option names a file that can be made, outside the folder of the connector. */
export function assertNew(option: string, file: string): void {
  if (isOwn(file))
    throw new UsageError(`${option}: ${file} is in the folder of the connector; ${elsewhere}`);
  if (existsSync(file))
    throw new UsageError(`${option}: ${file} exists already, and is not overwritten.`);
  assertWritable(file);
}

/** Whether git could commit the file, or the installer would find one too many. */
export function isOwn(file: string): boolean {
  const inside = path.relative(actionsFolder, path.resolve(file));
  const [first] = inside.split(path.sep);
  return first !== ".." && !path.isAbsolute(inside) && !(isClone && first === "local");
}
