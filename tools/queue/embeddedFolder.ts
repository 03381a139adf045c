/** The folder of a queue that has its database in the process: one process at a time, for one account. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeKey } from "../../lib/runtime/queue/sealing.ts";
import type { StoreOwner } from "../../lib/store/storeOwner.ts";
import { UsageError } from "../session/usageError.ts";

export interface EmbeddedFolder {
  data: string;
  keyFile: string;
  /** Lets the next process in. */
  release(): Promise<void>;
}

/**
 * Opens the folder, and makes it with a key if there is none. Throws a `UsageError` while another process uses it: two
 * would destroy the database. The rights on the folder protect the key, as it is beside what it seals.
 */
export async function openEmbeddedFolder(
  folder: string,
  owner: StoreOwner,
): Promise<EmbeddedFolder> {
  const absolute = path.resolve(folder);
  await owner.makeFolder(absolute);
  await owner.checkFolder(absolute);
  const release = await enter(absolute);
  const keyFile = path.join(absolute, "key");
  try {
    if (!existsSync(keyFile)) await makeKey(keyFile, owner);
  } catch (error) {
    await release();
    throw error;
  }
  return { data: path.join(absolute, "data"), keyFile, release };
}

/** The names of the files of this process: a process that is killed may leave one with the same number. */
const own = new Set<string>();
const pattern = /^process\.(\d+)\.[\da-f-]{36}$/;

/**
 * Each process first leaves a file with its number, and then looks for those of others: of two that come at the same
 * time, at least one sees the other, and possibly both do. A file is removed by its process only, or when that is dead.
 */
async function enter(folder: string): Promise<() => Promise<void>> {
  const name = `process.${process.pid}.${randomUUID()}`;
  const file = path.join(folder, name);
  const leave = async (): Promise<void> => {
    await rm(file, { force: true });
    own.delete(name);
  };
  own.add(name);
  await writeFile(file, "");
  for (const other of await readdir(folder)) {
    const pid = Number(pattern.exec(other)?.[1] ?? 0);
    if (pid === 0 || other === name) continue;
    if (isAlive(pid, other)) {
      await leave();
      throw new UsageError(
        `The queue in ${folder} is in use by process ${pid}: end it first. If that is another program, delete ` +
          `${path.join(folder, other)}.`,
      );
    }
    await rm(path.join(folder, other), { force: true });
  }
  return leave;
}

function isAlive(pid: number, name: string): boolean {
  if (pid === process.pid) return own.has(name);
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
