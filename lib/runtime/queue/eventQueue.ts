/** Events in a queue: sealed, in the order of their account, and the answer of each. */
import type { Answer } from "../../host/answer.ts";
import { Unusable } from "../../host/schemaContract.ts";
import { member, memberAt, plainText } from "../../host/members.ts";
import { isGuid } from "../../guid.ts";
import { isRecord } from "../../record.ts";
import { documentIn } from "../stdin.ts";
import { orderOf, requestIn, type Refusal, type Request } from "../serve/request.ts";
import type { Service } from "../serve/service.ts";
import type { BlockedJob, GroupStats, Handle, JobQueue, JobState } from "./jobQueue.ts";
import type { Sealing } from "./sealing.ts";

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
  blocked(): Promise<BlockedEvent[]>;
  retry(id: string): Promise<boolean>;
  drop(id: string): Promise<boolean>;
  stats(): Promise<GroupStats[]>;
}

export interface EventLine {
  bytes: Buffer;
  /** Names the line in messages. */
  source: string;
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
    isSealed(output) ? { lines: sealing.open(output, outputOf(name)) } : {};

  return {
    async send(lines) {
      const jobs = [];
      for (const line of lines) {
        const request = await read(line);
        const name = nameOf(request.id);
        const order = orderOf(request);
        jobs.push({
          name,
          group: tenantOf(request),
          key: order === undefined ? undefined : sealing.digest(`order ${order}`),
          input: sealing.seal(line.bytes.toString("utf8"), inputOf(name)),
        });
      }
      const sent = await queue.send(jobs);
      const added = sent.filter(({ isNew }) => isNew).length;
      return { added, known: sent.length - added };
    },
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
    async blocked() {
      return (await queue.blocked()).map((job) => blockedEvent(job, requestOf, linesOf));
    },
    retry: (id) => queue.retry(nameOf(id)),
    drop: (id) => queue.drop(nameOf(id)),
    stats: () => queue.stats(),
  };
}

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

/** Runs the events of a queue through a service. */
export function eventHandler(
  service: Pick<Service, "take">,
  {
    sealing,
    whole,
    log,
  }: { sealing: Sealing; whole: EventQueue["whole"]; log(text: string): void },
): Handle {
  return async ({ name, input, signal }) => {
    const bytes = await whole(Buffer.from(sealing.open(input, inputOf(name))));
    let written = "";
    await service.take(
      bytes,
      {
        line(text) {
          written += text;
          return Promise.resolve(true);
        },
        log,
      },
      { source: "the event", signal },
    );
    const how = repeated.has(answerIn(written)?.outcome ?? "unknown") ? "again" : "completed";
    return { how, output: sealing.seal(written, outputOf(name)) };
  };
}

/** The answer in what `serve` writes for an event: its last line. */
export function answerIn(lines: string): Answer | undefined {
  const last = lines.trimEnd().split("\n").at(-1) ?? "";
  return last === "" ? undefined : (JSON.parse(last) as { answer?: Answer }).answer;
}

const inputOf = (name: string): string => `input of job ${name}`;
const outputOf = (name: string): string => `answer of job ${name}`;

/** The engine has an output of its own for a job whose worker died. */
function isSealed(output: unknown): boolean {
  return typeof output === "object" && output !== null && "sealed" in output;
}

/** The group of an event. What is no GUID may be anything that was pasted there, and is not written in the clear. */
function tenantOf({ event }: Request): string {
  const tenant = plainText(memberAt(event, ["actioncontext", "configuration", "tenantid"]));
  return isGuid(tenant) ? tenant.toLowerCase() : "without-tenant";
}
