/**
 * A sealed value on the disk that many processes read and change at the same time.
 *
 * There is no lock that a killed process could leave behind. Each state of the value is a file of its own with the next
 * number in its name, made complete under another name and then linked to its own, which succeeds for one process only:
 * compare and swap by the file system. The others read what the first wrote, and decide again. So at any moment, also
 * after a kill or a loss of power, the file with the highest number is complete.
 *
 * The files are small and rarely written, so they are read and written in place of Node's asynchronous way, which loads
 * a module and starts threads: more time than an event saves with the token that it finds here (measured).
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../fault.ts";
import { newKey, opened, sealed, withHolder, type Holder, type Opened } from "./seal.ts";
import { openToRead, type StoreOwner } from "./storeOwner.ts";

export interface SealedStore {
  /** The value; undefined when there is none. Throws a `Fault` when it cannot be read. */
  read(): Promise<unknown>;
  /**
   * Replaces the value by what `change` makes of it, and returns what is stored then. `change` is called again when
   * another process was faster, possibly after its result was written. Undefined leaves the value as it is.
   */
  update(change: (current: unknown) => unknown): Promise<unknown>;
  /** Sets the value under a new key, whatever is there: also what this credential does not open. */
  replace(value: unknown): Promise<void>;
  /** Lets one more credential open the value. Throws an `invalid` fault when there is no value. */
  admit(holder: Holder): Promise<void>;
  /** The labels of the credentials that open the value. */
  holders(): Promise<string[]>;
  /** Removes the value for good: no process that has read it before brings it back. Returns whether there was one. */
  remove(): Promise<boolean>;
}

export interface StoreSettings {
  /** The state folder: an absolute path. */
  folder: string;
  /** What the value is, as a part of file names: letters, digits and hyphens. */
  name: string;
  /** What the value belongs to: it opens for nothing else. */
  binding: string;
  holder: Holder;
  owner: StoreOwner;
}

/** One state of the value. */
interface Generation {
  number: number;
  /** Undefined: it was removed. */
  content: Opened | undefined;
}

/** The text of a state in which there is no value. */
const removed = JSON.stringify({ version: 1, removed: true });
const maxTries = 1000;
const maxWaitMs = 500;
/** A file that is still being written is younger. */
const abandonedMs = 10 * 60_000;

export function sealedStore(settings: StoreSettings): SealedStore {
  const { folder, name, binding, holder, owner } = settings;
  const pattern = new RegExp(`^${name}\\.(\\d{10})\\.sealed$`);
  const fileOf = (number: number): string =>
    path.join(folder, `${name}.${String(number).padStart(10, "0")}.sealed`);

  const names = (): string[] => {
    try {
      return readdirSync(folder);
    } catch (error) {
      return refused("read", folder)(error);
    }
  };
  /** The numbers of the states among these files. */
  const numbersIn = (all: readonly string[]): number[] =>
    all.flatMap((one) => pattern.exec(one)?.[1] ?? []).map(Number);
  const highestIn = (all: readonly string[]): number => Math.max(0, ...numbersIn(all));

  async function latest(): Promise<Generation> {
    await owner.checkFolder(folder);
    for (let tries = 0; tries < maxTries; tries++) {
      const number = highestIn(names());
      if (number === 0) return { number, content: undefined };
      const file = fileOf(number);
      const text = textOf(file, owner);
      // Others have written two states since it was listed, and removed this one.
      if (text === undefined) continue;
      const what = `The sealed file ${file}`;
      const content = text === removed ? undefined : opened(text, { holder, binding, what });
      return { number, content };
    }
    throw busy(folder);
  }

  /** Writes the next state. False: another process was faster. */
  function write(number: number, content: Opened | undefined): boolean {
    const incoming = path.join(folder, `${name}.${randomUUID()}.incoming`);
    const text = content === undefined ? removed : sealed(content, binding);
    try {
      writeWhole(incoming, text, owner);
      linkSync(incoming, fileOf(number));
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      return refused("written", folder)(error);
    } finally {
      rmSync(incoming, { force: true });
    }
    flushFolder(folder);
    const all = names();
    // Whether it was built on by others, or came too late to count, is not known: `change` decides again.
    if (highestIn(all) > number) return false;
    tidy(all, number);
    return true;
  }

  /** Removes what no one reads any more. The state before this one remains for those who have just listed it. */
  function tidy(all: readonly string[], number: number): void {
    for (const old of numbersIn(all)) if (old < number - 1) rmSync(fileOf(old), { force: true });
    for (const one of all) {
      if (!one.startsWith(`${name}.`) || !one.endsWith(".incoming")) continue;
      const file = path.join(folder, one);
      const stats = statSync(file, { throwIfNoEntry: false });
      if (stats && Date.now() - stats.mtimeMs > abandonedMs) rmSync(file, { force: true });
    }
  }

  /** Writes what `next` makes of the latest state, until no other process is faster. */
  async function swap(
    next: (current: Opened | undefined) => { content: Opened | undefined } | "keep",
  ): Promise<Opened | undefined> {
    for (let tries = 0; tries < maxTries; tries++) {
      const { number, content } = await latest();
      const wanted = next(content);
      if (wanted === "keep") return content;
      if (write(number + 1, wanted.content)) return wanted.content;
      // The more processes there are, the longer each waits for its turn.
      await delay(Math.random() * Math.min(2 ** tries, maxWaitMs));
    }
    throw busy(folder);
  }

  return {
    read: async () => (await latest()).content?.value,
    async update(change) {
      const content = await swap((current) => {
        const value = change(current?.value);
        if (value === undefined) return "keep";
        return { content: { ...(current ?? newKey(holder, binding)), value } };
      });
      return content?.value;
    },
    async replace(value) {
      for (let tries = 0; tries < maxTries; tries++) {
        await owner.checkFolder(folder);
        const number = highestIn(names());
        if (write(number + 1, { ...newKey(holder, binding), value })) return;
      }
      throw busy(folder);
    },
    async admit(newHolder) {
      await swap((current) => {
        if (current === undefined) throw Fault.invalid(`There is nothing to open in ${folder}.`);
        return { content: withHolder(current, newHolder, binding) };
      });
    },
    async holders() {
      const { content } = await latest();
      return (content?.keys ?? []).map((key) => key.for);
    },
    async remove() {
      let wasThere = false;
      await swap((current) => {
        if (current === undefined) return "keep";
        wasThere = true;
        return { content: undefined };
      });
      return wasThere;
    },
  };
}

/** The text of a file that only `owner` can read. Undefined: the file is no longer there. */
export function textOf(file: string, owner: StoreOwner): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, openToRead);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    return refused("read", file)(error);
  }
  try {
    owner.checkFile(file, descriptor);
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a new file that only `owner` can read. It is on the disk when this returns: give it its name then. */
export function writeWhole(file: string, text: string, owner: StoreOwner): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeFileSync(descriptor, text);
    owner.own(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** So that the name of a new file survives a loss of power. Windows opens no folders, and needs no such thing. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

const refused =
  (done: "read" | "written", where: string) =>
  (error: unknown): never => {
    throw error instanceof Fault
      ? error
      : Fault.invalid(`The state in ${where} cannot be ${done} (${codeOf(error)}).`, error);
  };

function busy(folder: string): Fault {
  return new Fault({
    kind: "unavailable",
    retryable: true,
    message: `Too many processes change the state in ${folder} at the same time.`,
  });
}
