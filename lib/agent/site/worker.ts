/** The jobs of an agent: each is checked, carried out and reported. */
import type { Entry } from "../../activeDirectory/client/attributes.ts";
import type { Directory } from "../../activeDirectory/client/directory.ts";
import { Fault } from "../../fault.ts";
import type { AgentJob, ResultsBody } from "../../generated/types.ts";
import { AgentFault } from "../agentFault.ts";
import {
  changeIn,
  lookIn,
  searchIn,
  unusable,
  withoutBytes,
  type Change,
} from "../directoryJson.ts";
import { assertInTime, openSecrets, verifyJob, type Expected } from "../job.ts";
import { maxPartBytes, operations } from "../operations.ts";
import type { RsaKey } from "../rsaKey.ts";
import { refused, type SiteAllowance } from "./allowance.ts";
import type { BegunJobs } from "./begun.ts";
import type { Directories } from "./directories.ts";

/** Sends a request to the service, as `requested`. */
export type Post = (path: string, content: object) => Promise<Readonly<Record<string, unknown>>>;

export interface WorkerSeams {
  expected: Expected;
  key: RsaKey;
  allowance: SiteAllowance;
  begun: BegunJobs;
  directories: Directories;
  /** The account that signs in to Active Directory. */
  accountName(): Promise<string>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  log(level: "information" | "warning" | "error", sentence: string): void;
  /** The jobs that it carries out at the same time. */
  atOnce: number;
}

export interface Worker {
  /** Resolves to the number of jobs that can be begun: at least one, or 0 when the signal is aborted. */
  room(signal: AbortSignal): Promise<number>;
  /** Begins a job, as it was received. Never throws. */
  begin(text: string, post: Post): void;
  /** Resolves when no job is left; ends them when the signal is aborted. */
  end(signal: AbortSignal): Promise<void>;
}

/** The service takes an agent that is silent for 10 s for lost. */
const touchMs = 4_000;
/** A result that cannot be delivered is of no use later: no one waits for it. */
const reportWithinMs = 40_000;
/** An operation of the directory has no longer. */
const readMs = 15_000;
/** A part of a result is sent when it is so large, in characters. */
const partLength = 256 * 1024;

export function workerOf(seams: WorkerSeams): Worker {
  const { now, sleep, log, atOnce } = seams;
  /** By the ID of the job; aborted when no one waits for its result, or the agent ends. */
  const running = new Map<string, AbortController>();
  let begun = 0;
  let isTouching = false;
  const waiting = new Set<() => void>();

  const change = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));
  function wake(): void {
    for (const resolve of waiting) resolve();
    waiting.clear();
  }

  /** Tells the service which jobs are being carried out, as long as there are any. */
  async function touch(post: Post): Promise<void> {
    if (isTouching) return;
    isTouching = true;
    try {
      const over = new AbortController();
      while (running.size > 0) {
        await Promise.race([sleep(touchMs, over.signal).catch(() => undefined), idle()]);
        if (running.size === 0) break;
        try {
          const { unwanted } = await post(operations.touch, { jobs: [...running.keys()] });
          for (const id of Array.isArray(unwanted) ? unwanted : [])
            running.get(String(id))?.abort();
        } catch (thrown) {
          log("warning", Fault.of(thrown).message);
        }
      }
      over.abort();
    } finally {
      isTouching = false;
    }
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await change();
  }

  async function carryOut(text: string, post: Post): Promise<void> {
    let job: AgentJob;
    try {
      job = await verifyJob(text, seams.expected);
      // Before its age is looked at: what was carried out must never be reported as not carried out.
      await seams.begun.begin(job, job.kind === "invoke");
    } catch (thrown) {
      // Nothing is reported: the job may be that of another agent, or may be carried out at this moment.
      log("error", Fault.of(thrown).message);
      return;
    }
    const ending = new AbortController();
    running.set(job.jti, ending);
    void touch(post);
    try {
      const send = reporter(job, post, ending.signal);
      try {
        assertInTime(job, now());
        await perform(job, send, ending.signal);
      } catch (thrown) {
        // It is not the job that failed.
        if (thrown instanceof Undelivered || ending.signal.aborted) throw thrown;
        const fault = Fault.of(thrown);
        if (thrown instanceof AgentFault) log("error", fault.message);
        await send([], { isLast: true, fault });
      }
    } catch (thrown) {
      const { message } = Fault.of(thrown);
      log("warning", `The result of the job ${job.jti} was not delivered: ${message}`);
    } finally {
      running.delete(job.jti);
    }
  }

  async function perform(job: AgentJob, send: Send, signal: AbortSignal): Promise<void> {
    const { directories, allowance } = seams;
    const places = allowance.placesOf(job.baseDn);
    if (job.kind === "get") {
      const look = lookIn(job.content);
      allowance.assertRead(look);
      const entry = await directories.use(
        places,
        () => readMs,
        (own) => own.get(look),
      );
      await send(entry ? [entry] : [], { isLast: true });
    } else if (job.kind === "pages") {
      const search = searchIn(job.content);
      allowance.assertRead(search);
      await directories.use(
        places,
        () => readMs,
        async (own) => {
          await inParts(own.pages(search), send, signal);
        },
      );
    } else {
      const { operation, parameters } = changeIn(job.content);
      const secret = await openSecrets(job, seams.key);
      const change: Change = { operation, parameters: { ...parameters, ...secret } };
      allowance.assertChange(change, places);
      // What is sent must be sent in time: later, the service may have given up and looked at the state already.
      const remaining = (): number => job.exp - now();
      await directories.use(places, remaining, async (own) => {
        await assertTarget(change, own);
        assertInTime(job, now());
        await own.invoke(operation, change.parameters);
      });
      await send([], { isLast: true });
    }
  }

  /** Looks at the object that is to be changed: in the place, of the right kind, and not the agent itself. */
  async function assertTarget(
    { operation, parameters }: Change,
    directory: Directory,
  ): Promise<void> {
    if (operation === "add") return;
    const id = String(parameters["objectGUID"]);
    // Throws for an object outside of the place.
    const found = await directory.get({ id, attributes: targetAttributes });
    // The directory says so itself, in its own words.
    if (!found) return;
    const isOfMembers = operation === "addMember" || operation === "removeMember";
    const classes = found["objectClass"];
    if (!Array.isArray(classes) || !classes.includes(isOfMembers ? "group" : "user"))
      throw refused(`changes ${found.dn}, which is no ${isOfMembers ? "group" : "user"}`);
    if (
      isOfMembers &&
      (found["isCriticalSystemObject"] === true || Number(found["adminCount"]) > 0)
    )
      throw refused(`changes the members of ${found.dn}, which protects the domain itself`);
    if (takesAccess({ operation, parameters }) && isNamed(found, await seams.accountName()))
      throw Fault.invalid(
        `This would ${operation === "delete" ? "delete" : "disable"} ${found.dn}, the account that the agent itself ` +
          "signs in as.",
      );
  }

  return {
    async room(signal) {
      const wakes = (): void => wake();
      signal.addEventListener("abort", wakes, { once: true });
      while (begun >= atOnce && !signal.aborted) await change();
      signal.removeEventListener("abort", wakes);
      return signal.aborted ? 0 : atOnce - begun;
    },
    begin(text, post) {
      begun++;
      void carryOut(text, post).finally(() => {
        begun--;
        wake();
      });
    },
    async end(signal) {
      const stop = (): void => {
        for (const ending of running.values()) ending.abort();
        wake();
      };
      if (signal.aborted) stop();
      signal.addEventListener("abort", stop, { once: true });
      while (begun > 0 && !signal.aborted) await change();
      seams.directories.close();
      await seams.begun.close();
    },
  };

  /** Sends the parts of a result, in their order, each until it has arrived. */
  function reporter(job: AgentJob, post: Post, signal: AbortSignal): Send {
    let part = 0;
    return async (entries, { isLast, fault }) => {
      const body: ResultsBody = {
        job: job.jti,
        part: part++,
        isLast,
        entries: entries.map((entry) => withoutBytes(entry) as Record<string, unknown>),
        ...(fault && {
          fault: { kind: fault.kind, message: shown(fault), retryable: fault.retryable },
        }),
      };
      const until = now() + reportWithinMs;
      for (let tries = 0; !signal.aborted; tries++) {
        try {
          const { state } = await post(operations.results, body);
          if (state === "taken") return;
          if (state !== "full") throw noOneWaits;
          tries = 0;
        } catch (thrown) {
          const cause = Fault.of(thrown);
          if (!cause.retryable || now() >= until) throw new Undelivered(cause);
          await sleep(Math.min(250 * 2 ** tries, 4_000), signal).catch(() => undefined);
        }
      }
      throw new Undelivered(noOneWaits);
    };
  }
}

const targetAttributes = [
  "objectGUID",
  "objectClass",
  "sAMAccountName",
  "userPrincipalName",
  "adminCount",
  "isCriticalSystemObject",
] as const;

const accountDisable = 0x2;

function takesAccess({ operation, parameters }: Change): boolean {
  const { userAccountControl } = parameters;
  const disables =
    typeof userAccountControl === "number" && (userAccountControl & accountDisable) !== 0;
  return operation === "delete" || (operation === "modify" && disables);
}

/** Whether the object has this name: of a sign-in, its user principal name or its distinguished name. */
function isNamed({ dn, sAMAccountName, userPrincipalName }: Entry, account: string): boolean {
  const plain = account.replace(/^[^\\@=]+\\/, "");
  // DOMAIN\name, and name@domain of an account without a user principal name (documented).
  const names = [account, plain, plain.replace(/@[^@]*$/, "")].map((one) => one.toLowerCase());
  return [dn, sAMAccountName, userPrincipalName].some(
    (own) => typeof own === "string" && names.includes(own.toLowerCase()),
  );
}

type Send = (entries: readonly Entry[], about: { isLast: boolean; fault?: Fault }) => Promise<void>;

/** Sends the objects of pages as parts of a limited size. The last part may be empty. */
async function inParts(
  pages: AsyncIterable<Entry[]>,
  send: Send,
  signal: AbortSignal,
): Promise<void> {
  let part: Entry[] = [];
  let length = 0;
  for await (const page of pages) {
    for (const entry of page) {
      const own = JSON.stringify(withoutBytes(entry)).length;
      // Four bytes for each character at most.
      if (own > maxPartBytes / 4)
        throw unusable(`the object ${entry.dn} has more values than the agent sends at once`);
      if (length + own > partLength && part.length > 0) {
        await send(part, { isLast: false });
        part = [];
        length = 0;
      }
      part.push(entry);
      length += own;
    }
    if (signal.aborted) throw Fault.of(signal.reason);
  }
  await send(part, { isLast: true });
}

const maxMessageLength = 4_000;

function shown({ message }: Fault): string {
  return message.slice(0, maxMessageLength);
}

const noOneWaits = new Fault({
  kind: "unavailable",
  message: "No one waits for it any more.",
});

/** A result did not arrive. It says nothing about the job. */
class Undelivered extends Fault {
  constructor({ kind, message }: Fault) {
    super({ kind, message });
    this.name = "Undelivered";
  }
}
