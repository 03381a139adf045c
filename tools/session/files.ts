import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { UsageError } from "./usageError.ts";

/** Writes a file that an option names. */
export function writeFile(file: string, text: string): void {
  withFile(file, "written", () => {
    writeFileSync(file, text);
  });
}

/**
 * Throws when a file that an option names cannot be written: before the work, and not after it. Leaves no file behind.
 */
export function assertWritable(...files: readonly (string | undefined)[]): void {
  for (const file of files) {
    if (file === undefined) continue;
    withFile(file, "written", () => {
      const isNew = !existsSync(file);
      closeSync(openSync(file, "a"));
      if (isNew) rmSync(file);
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
  EBUSY: "another program has it open",
  ENOSPC: "the disk is full",
};
