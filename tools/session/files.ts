import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { UsageError } from "./usageError.ts";

/** Writes a file that an option names. `wx` replaces no file. */
export function writeFile(file: string, text: string, flag: "w" | "wx" = "w"): void {
  withFile(file, "written", () => {
    makeFolderOf(file);
    writeFileSync(file, text, { flag });
  });
}

/** Makes the folder `local`, which the docs use and git ignores. Any other that does not exist is a mistyped path. */
export function makeFolderOf(file: string): boolean {
  const folder = path.dirname(path.resolve(file));
  if (path.basename(folder) !== "local" || existsSync(folder)) return false;
  mkdirSync(folder);
  return true;
}

/**
 * Throws when a file that an option names cannot be written: before the work, and not after it. Leaves nothing behind.
 */
export function assertWritable(...files: readonly (string | undefined)[]): void {
  for (const file of files) {
    if (file === undefined) continue;
    withFile(file, "written", () => {
      const isNewFolder = makeFolderOf(file);
      const isNew = !existsSync(file);
      closeSync(openSync(file, "a"));
      if (isNew) rmSync(file);
      if (isNewFolder) rmdirSync(path.dirname(file));
    });
  }
}

/** Uses a file that the user has named. What the system refuses is a mistake in its use, not in this program. */
export function withFile<T>(file: string, done: "read" | "written", use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    const code = "code" in error ? String(error.code) : "";
    const reason = reasons[code];
    const why = reason === undefined ? error.message : `${code}, ${reason}`;
    throw new UsageError(`${file} cannot be ${done}: ${why}.`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "there is no such folder",
  EISDIR: "it is a folder",
  EACCES: "access is denied",
  EPERM: "access is denied",
  EEXIST: "it exists already",
  EBUSY: "another program has it open",
  ENOSPC: "the disk is full",
};
