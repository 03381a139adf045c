/**
 * Imports in turns. An import in a queue keeps each answer in the database as it comes. When it has had its turn, it
 * ends before its next request, and its job waits again: the next turn, on any machine, begins with what is kept.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { Fault } from "../../fault.ts";
import {
  isOfUse,
  maxAnswerAgeMs,
  type AnswerJournal,
  type JournalAbout,
} from "../../store/answerJournal.ts";
import type { JobAnswer, JobAnswers, KeptJobAnswer } from "./answers.ts";
import type { Sealing } from "./sealing.ts";
import { collected } from "./work.ts";

export interface ImportTurns {
  /**
   * Runs the event of a job, and resolves to whether it has only had its turn. `over` ends it then; an event that is no
   * import has all the time it needs.
   */
  during(
    job: { name: string; sealing: Sealing; queue: JobAnswers },
    run: (over: AbortSignal) => Promise<void>,
  ): Promise<boolean>;
  /** Where the connection of an import keeps its answers. Undefined: what runs is not the event of a job. */
  journal(about: JournalAbout): Promise<AnswerJournal> | undefined;
  /** From now on, each turn is over before its next request. */
  drain(): void;
}

/** A turn takes a second for its way through the queue. */
const defaultTurnMs = 5_000;
/** The last answer that has arrived is read and kept. */
const breathMs = 20;
/** So many answers are read from the database at once: a page of a list has up to a few hundred kB. */
const readAtOnce = 16;
/** Those that were read too early. */
const maxReadAhead = 8 * readAtOnce;

/** `turnMs`: so long a turn receives new answers, or for as long as the kept ones have taken. */
export function importTurns(turnMs = defaultTurnMs): ImportTurns {
  const current = new AsyncLocalStorage<(about: JournalAbout) => Promise<AnswerJournal>>();
  let isDraining = false;
  return {
    async during({ name, sealing, queue }, run) {
      const over = new AbortController();
      const open = async (about: JournalAbout): Promise<AnswerJournal> => {
        const store = await jobJournal({ name, sealing, queue }, about);
        const end = (): void => over.abort(store.beginsAgain ? tooOld : goesOn);
        return { ...store, ...turnOf(store, { turnMs, end, isDraining: () => isDraining }) };
      };
      await current.run(open, () => run(over.signal));
      return over.signal.reason === goesOn;
    },
    journal: (about) => current.getStore()?.(about),
    drain() {
      isDraining = true;
    },
  };
}

/** Lets requests through until the turn is over, and ends it when those that were let through are answered. */
function turnOf(
  store: JobJournal,
  { turnMs, end, isDraining }: { turnMs: number; end(): void; isDraining(): boolean },
): Pick<AnswerJournal, "take" | "keep" | "send"> {
  const openedAt = performance.now();
  let firstKeptAt: number | undefined;
  let repeatedMs = 0;
  let sending = 0;
  let held = 0;

  /** Only once something new is kept: a turn without that would be repeated for ever. */
  function isOver(): boolean {
    if (firstKeptAt === undefined || !store.isKept()) return false;
    // What is kept already is read in each turn: with long turns after long lists, that is half of the time at most.
    const allowedMs = isDraining() ? 0 : Math.max(turnMs, repeatedMs);
    return performance.now() - firstKeptAt >= allowedMs;
  }

  async function endIfQuiet(): Promise<void> {
    if (held === 0 || sending > 0) return;
    await delay(breathMs);
    await store.stored();
    if (store.isKept()) end();
  }

  return {
    async take(request, after) {
      const found = await store.take(request, after);
      if (found && firstKeptAt === undefined) repeatedMs = performance.now() - openedAt;
      return found;
    },
    keep(answered, after) {
      const id = store.keep(answered, after);
      if (id !== undefined) firstKeptAt ??= performance.now();
      return id;
    },
    async send(request, until) {
      if (isOver()) {
        held++;
        void endIfQuiet();
        // It ends with the run.
        await delay(2 ** 31 - 1, undefined, { signal: until, ref: false });
      }
      sending++;
      try {
        return await request();
      } finally {
        sending--;
        void endIfQuiet();
      }
    },
  };
}

const goesOn = new Fault({
  kind: "notReady",
  message: "The import has had its turn: it goes on with its next page when it has another one.",
});

const tooOld = new Fault({
  kind: "notReady",
  message:
    "The import was not complete after an hour, and what it had read first is too old by now: it begins again.",
});

interface JobJournal extends AnswerJournal {
  /** What was kept is too old. This is another attempt: an import that never ends in an hour would run for ever. */
  beginsAgain: boolean;
  /** False: the database did not take an answer. */
  isKept(): boolean;
  /** Resolves when all answers so far are on the disk. */
  stored(): Promise<void>;
}

/** The answers of the job in the database. */
async function jobJournal(
  { name, sealing, queue }: { name: string; sealing: Sealing; queue: JobAnswers },
  { binding, version, configuration, clock, warn }: JournalAbout,
): Promise<JobJournal> {
  const settings = JSON.stringify(Object.entries(configuration).toSorted());
  const about = sealing.digest(`answers ${JSON.stringify([version, binding, settings])}`);
  const keyOf = (request: string, after: number | undefined): string =>
    sealing.digest(`request ${after ?? ""}\n${request}`);
  const boundTo = ({ id, request, isList }: Omit<JobAnswer, "value" | "after" | "about">): string =>
    `${isList ? "page" : "answer"} ${id} of job ${name} to ${request} for ${about}`;

  const now = clock();
  const left = await queue.keptAnswers(name);
  const own = left.filter((one) => one.about === about);
  // What an import reports is never older than that.
  const beginsAgain = own.some(({ ageMs }) => ageMs > maxAnswerAgeMs);
  const usable = beginsAgain ? [] : own;
  if (left.length > 0 && usable.length === 0) await queue.forgetAnswers(name);
  const since = now - Math.max(0, ...usable.map(({ ageMs }) => ageMs));
  const fresh = freshestOf(usable);
  const index = new Map<string, number[]>();
  usable.forEach(({ request }, place) => {
    const places = index.get(request);
    if (places) places.push(place);
    else index.set(request, [place]);
  });
  let isKept = true;
  let taken = 0;
  let written: Promise<unknown> = Promise.resolve();
  const ahead = new Map<number, unknown>();
  const write = collected((answers: readonly JobAnswer[]) => queue.keepAnswers(name, answers));

  async function valueOf(place: number, id: number): Promise<unknown> {
    if (!ahead.has(id)) {
      if (ahead.size > maxReadAhead) ahead.clear();
      const ids = usable.slice(place, place + readAtOnce).map((one) => one.id);
      for (const [each, value] of await queue.answerValues(name, ids)) ahead.set(each, value);
    }
    const value = ahead.get(id);
    ahead.delete(id);
    return value;
  }

  return {
    async take(request, after) {
      // The next request is not sent before what has come is on the disk: a kill costs the requests on their way.
      await written;
      const key = keyOf(request, after);
      const places = index.get(key) ?? [];
      for (let place = places.shift(); place !== undefined; place = places.shift()) {
        const kept = usable[place];
        const ageMs = (fresh[place] ?? Infinity) + clock() - now;
        if (kept === undefined || !isOfUse({ ageMs, isList: kept.isList })) continue;
        try {
          const text = sealing.open(await valueOf(place, kept.id), boundTo(kept));
          taken++;
          return {
            text: inflateRawSync(Buffer.from(text, "base64")).toString("utf8"),
            id: kept.id,
          };
        } catch (thrown) {
          index.clear();
          warn(
            `The answers of an earlier run of this import are not used. ${Fault.of(thrown).message}`,
          );
          return undefined;
        }
      }
      return undefined;
    },
    keep({ request, text, isList }, after) {
      if (!isKept) return undefined;
      const id = randomInt(2 ** 47);
      const answer = { id, request: keyOf(request, after), isList };
      const value = sealing.seal(
        deflateRawSync(text, { level: 1 }).toString("base64"),
        boundTo(answer),
      );
      written = write({ ...answer, after: after ?? null, about, value }).catch(
        (thrown: unknown) => {
          isKept = false;
          warn(`No more answers of this import are kept in the queue. ${Fault.of(thrown).message}`);
        },
      );
      return id;
    },
    used: () => ({ count: taken, since }),
    beginsAgain,
    isKept: () => isKept,
    async stored() {
      await written;
    },
    /** They are removed with the end of the job. */
    async end() {
      await written;
    },
  };
}

/**
 * The age of each answer; for the page of a list, that of the last page behind it: a list can be followed as long as
 * the link in its last page works.
 */
function freshestOf(answers: readonly KeptJobAnswer[]): number[] {
  const places = new Map(answers.map(({ id }, place) => [id, place]));
  const ages = answers.map(({ ageMs }) => ageMs);
  // A page comes behind the page before it.
  for (let place = answers.length - 1; place >= 0; place--) {
    const before = places.get(answers[place]?.after ?? -1);
    if (before !== undefined) ages[before] = Math.min(ages[before] ?? 0, ages[place] ?? 0);
  }
  return ages;
}
