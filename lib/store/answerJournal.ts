/**
 * The answers of an import that may end early, on the disk, for its next run. While a run works with a file, the file
 * has the number of its process in its name; a run that ends early gives it the name under which the next one looks. A
 * run takes a file by renaming it, which succeeds for one run only. So two runs never share one.
 */
import { createHash, randomUUID } from "node:crypto";
import { open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../fault.ts";
import type { KeptAnswer, KeptAnswers } from "../net/keptAnswers.ts";
import { isRecord } from "../record.ts";
import {
  digestOf,
  newJournal,
  openJournal,
  type FileSeal,
  type JournalFile,
} from "./journalFile.ts";
import type { Holder } from "./seal.ts";
import { openToChange, type StoreOwner } from "./storeOwner.ts";

export interface JournalSettings {
  /** The state folder: an absolute path. */
  folder: string;
  /** What the answers belong to: a cloud, a tenant, an application and an action. Those of another one do not open. */
  binding: string;
  holder: Holder;
  owner: StoreOwner;
  /** The answers are dropped when this has changed: the version of the connector, and the configuration. */
  version: string;
  configuration: object;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Called with why the answers of an earlier run are dropped, or why none are kept any more. */
  warn(sentence: string): void;
}

/** What the answers of an import count for. */
export type JournalAbout = Pick<
  JournalSettings,
  "binding" | "version" | "configuration" | "clock" | "warn"
>;

export interface AnswerJournal extends KeptAnswers {
  /** The answers that were taken, and when the run began that received the first of them. */
  used(): { count: number; since: number };
  /** Removes the answers of an import that has succeeded, and leaves all others for the next run. Never throws. */
  end(isDone: boolean): Promise<void>;
  /**
   * Sends a request of the import; or never, and rejects when the run ends, which it is about to: the rest is for the
   * next run. Absent: each is sent.
   */
  send?<T>(request: () => Promise<T>, until: AbortSignal): Promise<T>;
}

/** In the head of a file, which is sealed. */
interface Head {
  version: string;
  /** A digest. */
  configuration: string;
  /** When the first run began. */
  since: number;
}

/** Access changes: what an import reports is never older. */
export const maxAnswerAgeMs = 60 * 60_000;
/** The link to the next page of a list works for five to ten minutes (documented for Exchange Online). */
const maxListAgeMs = 5 * 60_000;

/** Whether an answer of this age can still be used. */
export function isOfUse({ ageMs, isList }: { ageMs: number; isList: boolean }): boolean {
  return ageMs <= (isList ? maxListAgeMs : maxAnswerAgeMs);
}

/** The event loop turns once for so many answers: they come without a wait. */
const answersPerTurn = 50;

/** Opens the journal of an import. Throws a `Fault` when the folder cannot keep one. */
export async function answerJournal(settings: JournalSettings): Promise<AnswerJournal> {
  const { folder, owner, clock, warn } = settings;
  if (!path.isAbsolute(folder)) throw Fault.invalid("Expected an absolute path.");
  await owner.checkFolder(folder);
  const names = namesOf(settings);
  await removeOld(names);
  const { handle, file, since, index } =
    (await earlier(settings, names)) ?? (await fresh(settings, names));
  let isKept = true;
  let taken = 0;
  let asked = 0;

  /** The first answer that is not too old. Those before it are of no use any more. */
  function firstOf(places: number[]): KeptAnswer | undefined {
    for (let place = places.shift(); place !== undefined; place = places.shift()) {
      const { at, isList, text } = file.at(place);
      if (isOfUse({ ageMs: clock() - at, isList })) return { text, id: place };
    }
    return undefined;
  }

  return {
    async take(request, after) {
      const digest = digestOf(keyOf(request, after));
      const places = index.get(digest);
      if (!places) return undefined;
      if (++asked % answersPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
      try {
        const found = firstOf(places);
        if (places.length === 0) index.delete(digest);
        if (found) taken++;
        return found;
      } catch (thrown) {
        index.clear();
        warn(notUsed(Fault.of(thrown).message));
        return undefined;
      }
    },
    keep({ request, text, isList }, after) {
      if (!isKept) return undefined;
      try {
        return file.add({ request: keyOf(request, after), at: clock(), isList, text });
      } catch (thrown) {
        isKept = false;
        warn(`No more answers of this import are kept in ${folder}. ${Fault.of(thrown).message}`);
        return undefined;
      }
    },
    used: () => ({ count: taken, since }),
    async end(isDone) {
      try {
        await handle.close();
        if (isDone || !isKept) await rm(names.own, { force: true });
        else await rename(names.own, names.resting);
      } catch {
        // It is removed when it is old.
      }
    },
  };
}

function keyOf(request: string, after: number | undefined): string {
  return `${after ?? ""}\n${request}`;
}

/** An open file of this run. */
interface Opened {
  handle: FileHandle;
  file: JournalFile;
  since: number;
  /** The places of the answers of earlier runs, by the digest of the request. */
  index: Map<string, number[]>;
}

interface Names {
  folder: string;
  /** The file that this run works with. */
  own: string;
  /** The file that the next run looks for. */
  resting: string;
}

const anyName = /^import-[0-9a-f]{16}(?:\.(\d+)\.[0-9a-f-]{36})?\.answers$/;

function namesOf({ folder, binding }: JournalSettings): Names {
  const name = `import-${createHash("sha256").update(binding).digest("hex").slice(0, 16)}`;
  return {
    folder,
    own: path.join(folder, `${name}.${process.pid}.${randomUUID()}.answers`),
    resting: path.join(folder, `${name}.answers`),
  };
}

/** Removes what no import has written to for so long that it is of no use: also that of other imports. */
async function removeOld({ folder, resting }: Names): Promise<void> {
  const own = path.basename(resting, ".answers");
  for (const name of await readdir(folder)) {
    if (!anyName.test(name) || name.startsWith(own)) continue;
    const file = path.join(folder, name);
    const stats = await stat(file).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs > maxAnswerAgeMs) await rm(file, { force: true });
  }
}

/** What an earlier run has left; undefined when there is nothing of use. */
async function earlier(settings: JournalSettings, names: Names): Promise<Opened | undefined> {
  if (!(await claim(names))) return undefined;
  let handle: FileHandle | undefined;
  try {
    handle = await open(names.own, openToChange);
    settings.owner.checkFile(names.resting, handle.fd);
    const file = openJournal(handle.fd, sealOf(settings, names));
    const since = sinceOf(file.head, settings);
    return { handle, file, since, index: indexOf(file) };
  } catch (thrown) {
    settings.warn(notUsed(Fault.of(thrown).message));
    await handle?.close();
    await rm(names.own, { force: true });
    return undefined;
  }
}

/** Takes the file that was left last for this run, and removes those before it. */
async function claim({ folder, own, resting }: Names): Promise<boolean> {
  const prefix = `${path.basename(resting, ".answers")}.`;
  const left: { file: string; at: number }[] = [];
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(prefix) ? anyName.exec(name)?.[1] : "alive";
    if (pid === "alive" || (pid !== undefined && isAlive(Number(pid)))) continue;
    const file = path.join(folder, name);
    const stats = await stat(file).catch(() => undefined);
    if (stats) left.push({ file, at: stats.mtimeMs });
  }
  let isClaimed = false;
  for (const { file } of left.toSorted((a, b) => b.at - a.at))
    if (isClaimed) await rm(file, { force: true });
    else
      isClaimed = await rename(file, own).then(
        () => true,
        () => false,
      );
  return isClaimed;
}

/** Whether a process has this number. Another one may have it by now: then its file waits until it is old. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH");
  }
}

/** When the first run began. Throws an `invalid` fault when its answers do not count for this one. */
function sinceOf(head: unknown, settings: JournalSettings): number {
  const { version, configuration, since } = headOf(settings);
  const found = isRecord(head) ? head : {};
  if (found["version"] !== version)
    throw Fault.invalid(`Another version of the connector has written them; this is ${version}.`);
  if (found["configuration"] !== configuration)
    throw Fault.invalid("The configuration has changed since.");
  const age = since - Number(found["since"]);
  if (!(age >= 0 && age <= maxAnswerAgeMs))
    throw Fault.invalid("They are older than an hour, or the clock of this machine was changed.");
  return Number(found["since"]);
}

function indexOf(file: JournalFile): Opened["index"] {
  const index: Opened["index"] = new Map();
  for (const { place, digest } of file.entries()) {
    const places = index.get(digest);
    if (places) places.push(place);
    else index.set(digest, [place]);
  }
  return index;
}

async function fresh(settings: JournalSettings, names: Names): Promise<Opened> {
  const head = headOf(settings);
  const handle = await open(names.own, "wx+", 0o600);
  settings.owner.own(handle.fd);
  const file = newJournal(handle.fd, head, sealOf(settings, names));
  return { handle, file, since: head.since, index: new Map() };
}

function headOf({ version, configuration, clock }: JournalSettings): Head {
  const text = JSON.stringify(Object.entries(configuration).toSorted());
  return {
    version,
    configuration: createHash("sha256").update(text).digest("base64"),
    since: clock(),
  };
}

function sealOf({ holder, binding }: JournalSettings, { resting }: Names): FileSeal {
  return { holder, binding, what: `The file ${resting}` };
}

function notUsed(why: string): string {
  return `The answers of an earlier run of this import are not used. ${why}`;
}
