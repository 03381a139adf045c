/** Events in a queue: sealed, in the order of their account, and the answer of each. */
import type { Outcome } from "../../generated/types.ts";
import type { Answer } from "../../host/answer.ts";
import { Unusable } from "../../host/schemaContract.ts";
import { member, memberAt, plainText } from "../../host/members.ts";
import { isGuid } from "../../guid.ts";
import { isRecord } from "../../record.ts";
import { documentIn } from "../stdin.ts";
import { orderOf, requestIn, type Refusal, type Request } from "../serve/request.ts";
import type { Reader, Service } from "../serve/service.ts";
import type { JobAnswers } from "./answers.ts";
import { importTurns, type ImportTurns } from "./importTurns.ts";
import type {
  BlockedJob,
  Due,
  Ended,
  GroupStats,
  Handle,
  Job,
  JobQueue,
  JobState,
  Schedule,
} from "./jobQueue.ts";
import type { Sealing } from "./sealing.ts";
import { isTraceparent, type TracedEnd, type TracedJob, type Tracing } from "./tracing.ts";

export interface EventQueue {
  /**
   * Adds events, each as a line that `serve` reads. Resolves to how many were added: one whose id was sent before is
   * left out. Throws `Unusable` when one of them cannot be used; then none is added.
   */
  send(lines: readonly EventLine[]): Promise<{ added: number; known: number }>;
  /** Keeps a configuration, which events name instead of having one, in place of an earlier one of this name. */
  configure(name: string, configuration: Readonly<Record<string, unknown>>): Promise<void>;
  /** An event with the configuration that it names, as bytes that `serve` reads. */
  whole(bytes: Buffer): Promise<Buffer>;
  find(id: string): Promise<FoundEvent | undefined>;
  /**
   * The records that an import has found, in parts of some hundred: the lines of one part, as `serve` writes them.
   * Undefined when there is no such event, or it is not completed.
   */
  records(id: string, part: number): Promise<{ lines: string; isLast: boolean } | undefined>;
  blocked(): Promise<BlockedEvent[]>;
  retry(id: string): Promise<boolean>;
  drop(id: string): Promise<boolean>;
  stats(): Promise<GroupStats[]>;
  /** Sends this event at each time of a schedule. Its id is the name of the schedule and the time. */
  schedule(line: EventLine, when: Omit<Schedule, "value">): Promise<void>;
  /** A time of a schedule has come. */
  due(due: Due): Promise<void>;
}

export interface EventLine {
  bytes: Buffer;
  /** Names the line in messages. */
  source: string;
  /** What the sender was doing, if the line does not say it, in the form of W3C Trace Context. */
  traceparent?: string | undefined;
}

export interface FoundEvent {
  id: string;
  state: JobState;
  attempts: number;
  /** What `serve` would have written for the last attempt that had an answer. */
  lines?: string;
}

export interface BlockedEvent extends FoundEvent {
  tenant: string;
  action: string;
  since: Date;
  behind: number;
}

/** Throws `Unusable` for an action that does not exist, or that the queue does not take. */
export type CheckAction = (name: string) => Promise<void>;

export function eventQueue(
  queue: JobQueue,
  { sealing, check }: { sealing: Sealing; check: CheckAction },
): EventQueue {
  const nameOf = (id: string): string => sealing.digest(`event ${id}`);

  /** The configuration of this name, when it was last kept. */
  async function configurationOf(name: unknown): Promise<Record<string, unknown>> {
    const text = typeof name === "string" ? name : "";
    const key = configurationKey(text);
    const found = namePattern.test(text) ? await queue.kept(key) : undefined;
    if (found === undefined)
      throw new Unusable([
        `configuration is ${JSON.stringify(text.slice(0, 60))}, and the queue has none of this name; expected one ` +
          "that queue configure has kept.",
      ]);
    return JSON.parse(sealing.open(found, key)) as Record<string, unknown>;
  }

  /** The same event with the configuration that it names; the same bytes when it names none. */
  async function whole(bytes: Buffer): Promise<Buffer> {
    const { configuration: name, ...line } = documentIn(bytes) as Record<string, unknown>;
    if (name === undefined) return bytes;
    const event = withConfiguration(line["event"], await configurationOf(name));
    return Buffer.from(JSON.stringify({ ...line, event }));
  }

  async function read({ bytes, source }: EventLine): Promise<Request> {
    const request = requestIn(bytes, source);
    const complete = async ({ action }: Request): Promise<Request | Refusal> => {
      await check(action);
      return requestIn(await whole(bytes), source);
    };
    const result =
      "faults" in request ? request : await complete(request).catch(refusalFor(request.id));
    if ("faults" in result) throw new Unusable(result.faults.map((one) => `${source}: ${one}`));
    return result;
  }

  const requestOf = (name: string, input: unknown): Request => {
    const request = requestIn(Buffer.from(sealing.open(input, inputOf(name))), "the event");
    if ("faults" in request) throw new Unusable(request.faults);
    return request;
  };
  const linesOf = (name: string, output: unknown): { lines?: string } =>
    isSealed(output) ? { lines: sealing.open(output, outputOf(name, partsIn(output))) } : {};

  /** The same event with this id. */
  const named = (bytes: Buffer, id: string): Buffer =>
    Buffer.from(JSON.stringify({ ...documentIn(bytes), id }));

  async function send(lines: readonly EventLine[]): Promise<{ added: number; known: number }> {
    const jobs = [];
    for (const line of lines) {
      const request = await read(line);
      const name = nameOf(request.id);
      const order = orderOf(request);
      jobs.push({
        name,
        group: tenantOf(request),
        key: order === undefined ? undefined : sealing.digest(`order ${order}`),
        input: sealing.seal(textOf(line), inputOf(name)),
      });
    }
    const sent = await queue.send(jobs);
    const added = sent.filter(({ isNew }) => isNew).length;
    return { added, known: sent.length - added };
  }

  return {
    send,
    async configure(name, configuration) {
      if (!namePattern.test(name))
        throw new Unusable([
          `${JSON.stringify(name.slice(0, 60))} is not a name; expected 1 to 60 letters, digits, hyphens and dots.`,
        ]);
      if (!isGuid(plainText(member(configuration, "tenantid"))))
        throw new Unusable([
          "TenantID is not a GUID; expected the values of the form as one object.",
        ]);
      const key = configurationKey(name);
      await queue.keep(key, sealing.seal(JSON.stringify(configuration), key));
    },
    whole,
    async find(id) {
      const name = nameOf(id);
      const found = await queue.find(name);
      if (found === undefined) return undefined;
      const { state, attempts, output } = found;
      return { id, state, attempts, ...linesOf(name, output) };
    },
    async records(id, part) {
      const name = nameOf(id);
      const found = await queue.find(name);
      if (found?.state !== "completed") return undefined;
      const parts = partsIn(found.output);
      if (part >= parts) return { lines: "", isLast: true };
      const value = await queue.part(name, part);
      return { lines: sealing.open(value, partOf(name, part)), isLast: part === parts - 1 };
    },
    async blocked() {
      return (await queue.blocked()).map((job) => blockedEvent(job, requestOf, linesOf));
    },
    retry: (id) => queue.retry(nameOf(id)),
    drop: (id) => queue.drop(nameOf(id)),
    stats: () => queue.stats(),
    async schedule({ bytes, source }, when) {
      const line = named(bytes, when.name);
      await read({ bytes: line, source });
      const value = sealing.seal(line.toString("utf8"), scheduleOf(when.name));
      await queue.schedule({ ...when, value });
    },
    async due({ name, value, at }) {
      const line = Buffer.from(sealing.open(value, scheduleOf(name)));
      await send([
        { bytes: named(line, `${name} ${at.toISOString()}`), source: `the schedule ${name}` },
      ]);
    },
  };
}

/** The line as it is kept. */
function textOf({ bytes, traceparent }: EventLine): string {
  if (!isTraceparent(traceparent)) return bytes.toString("utf8");
  return JSON.stringify({ ...documentIn(bytes), traceparent });
}

const scheduleOf = (name: string): string => `event of schedule ${name}`;

const refusalFor =
  (id: string) =>
  (thrown: unknown): Refusal => {
    if (thrown instanceof Unusable) return { id, faults: [...thrown.faults] };
    throw thrown;
  };

const namePattern = /^[\w.-]{1,60}$/;
const configurationKey = (name: string): string => `configuration ${name}`;

/** The event with this configuration. Throws `Unusable` when it has one already, or no place for it. */
function withConfiguration(
  event: unknown,
  Configuration: Record<string, unknown>,
): Record<string, unknown> {
  const entries = Object.entries(isRecord(event) ? event : {});
  const [place] = entries.filter(([key]) => key.toLowerCase() === "actioncontext");
  if (!isRecord(event) || place === undefined || !isRecord(place[1]))
    throw new Unusable(["event has no actionContext, which gets the configuration that it names."]);
  const [key, context] = place;
  if (member(context, "configuration") !== undefined)
    throw new Unusable(["event has a configuration, and names another one; expected one of them."]);
  return { ...event, [key]: { ...context, Configuration } };
}

function blockedEvent(
  { name, state, attempts, input, output, group, since, behind }: BlockedJob,
  requestOf: (name: string, input: unknown) => Request,
  linesOf: (name: string, output: unknown) => { lines?: string },
): BlockedEvent {
  const { id, action } = requestOf(name, input);
  const about = { id, state, attempts, tenant: group, action, since, behind };
  return { ...about, ...linesOf(name, output) };
}

/** What became of an event may be better the next time: it is repeated, and its account waits. */
const repeated = new Set<string>(["throttled", "notYet", "unknown"]);

/** How an attempt to run an event ended. */
export interface AttemptEnd {
  id: string;
  tenant: string;
  outcome: Outcome;
  /** The event goes back to the queue. */
  isRepeated: boolean;
  seconds: number;
}

/** Runs the events of a queue through a service. */
export function eventHandler(
  service: Pick<Service, "take">,
  {
    sealing,
    whole,
    queue,
    log,
    turns = importTurns(),
    tracing,
    onEnd,
  }: {
    sealing: Sealing;
    whole: EventQueue["whole"];
    queue: Pick<JobQueue, "keepPart" | keyof JobAnswers>;
    /** Those of the imports whose connections keep their answers there. */
    turns?: ImportTurns;
    tracing?: Pick<Tracing, "during"> | undefined;
    log(text: string): void;
    onEnd?(end: AttemptEnd): void;
  },
): Handle {
  /** `onTraced` gets to know how the event ended. */
  async function run(
    { name, group, signal }: Job,
    bytes: Buffer,
    onTraced?: (end: TracedEnd) => void,
  ): Promise<Ended> {
    const since = performance.now();
    let written = "";
    let records = "";
    let parts = 0;
    // The end of a turn is no error.
    let hasEnded = false;
    const keepRecords = async (): Promise<void> => {
      if (records === "") return;
      const value = sealing.seal(records, partOf(name, parts));
      records = "";
      await queue.keepPart(name, parts++, value);
    };
    const to: Reader = {
      async line(text) {
        if (!isRecordLine.test(text)) written += text;
        else if (signal.aborted) return false;
        else records += text;
        if (records.length < partLength) return true;
        return await keepRecords().then(
          () => true,
          () => false,
        );
      },
      log: (text) => {
        if (!hasEnded) log(text);
      },
    };
    const goesOn = await turns.during({ name, sealing, queue }, (over) => {
      over.addEventListener("abort", () => (hasEnded = true), { once: true });
      return service.take(bytes, to, {
        source: "the event",
        signal: AbortSignal.any([signal, over]),
      });
    });
    const { id = "", answer } = lastIn(written);
    const outcome = answer?.outcome ?? "unknown";
    const isRepeated = repeated.has(outcome);
    const seconds = (performance.now() - since) / 1000;
    onEnd?.({ id, tenant: group, outcome, isRepeated, seconds });
    onTraced?.({
      outcome,
      isFailed: !goesOn && answer?.outputContext.Success !== true,
      isRepeated,
    });
    if (goesOn) return { how: "goesOn", output: {} };
    await keepRecords();
    return {
      how: isRepeated ? "again" : "completed",
      output: { ...sealing.seal(written, outputOf(name, parts)), parts },
    };
  }

  return async (job) => {
    const bytes = await whole(Buffer.from(sealing.open(job.input, inputOf(job.name))));
    if (tracing === undefined) return await run(job, bytes);
    return await tracing.during(tracedJob(job, bytes, sealing), (end) => run(job, bytes, end));
  };
}

/** What a trace says of a job. What cannot be read has its answer soon. */
function tracedJob({ name, group }: Job, bytes: Buffer, { digest }: Sealing): TracedJob {
  const request = requestIn(bytes, "the event");
  if ("faults" in request)
    return {
      id: name,
      action: "unknown",
      tenant: group,
      account: undefined,
      traceparent: undefined,
    };
  const { id, action } = request;
  const order = orderOf(request);
  const { traceparent } = documentIn(bytes) as { traceparent?: unknown };
  return {
    id,
    action,
    tenant: group,
    account: order === undefined ? undefined : digest(`order ${order}`),
    traceparent: isTraceparent(traceparent) ? traceparent : undefined,
  };
}

/** A record of an import, as the service writes it. */
const isRecordLine = /^\{"id":"(?:[^"\\]|\\.)*","record":/;
/** Characters: some hundred records. */
const partLength = 200_000;

/** The answer in what `serve` writes for an event: its last line. */
export function answerIn(lines: string): Answer | undefined {
  return lastIn(lines).answer;
}

function lastIn(lines: string): { id?: string; answer?: Answer } {
  const last = lines.trimEnd().split("\n").at(-1) ?? "";
  return last === "" ? {} : (JSON.parse(last) as { id?: string; answer?: Answer });
}

const inputOf = (name: string): string => `input of job ${name}`;
/** With the number of its parts, so that none is taken away. */
const outputOf = (name: string, parts: number): string =>
  `answer of job ${name}${parts === 0 ? "" : ` with ${parts} parts`}`;
const partOf = (name: string, part: number): string => `part ${part} of job ${name}`;

function partsIn(output: unknown): number {
  const parts = isRecord(output) ? output["parts"] : undefined;
  return typeof parts === "number" ? parts : 0;
}

/** The engine has an output of its own for a job whose worker died. */
function isSealed(output: unknown): boolean {
  return typeof output === "object" && output !== null && "sealed" in output;
}

/** The group of an event. What is no GUID may be anything that was pasted there, and is not written in the clear. */
function tenantOf({ event }: Request): string {
  const tenant = plainText(memberAt(event, ["actioncontext", "configuration", "tenantid"]));
  return isGuid(tenant) ? tenant.toLowerCase() : "without-tenant";
}
