/** Events in a queue: sealed, in the order of their account, and the answer of each. */
import type { Answer } from "../../host/answer.ts";
import { Unusable } from "../../host/schemaContract.ts";
import { memberAt, plainText } from "../../host/members.ts";
import { isGuid } from "../../guid.ts";
import { orderOf, requestIn, type Request } from "../serve/request.ts";
import type { Service } from "../serve/service.ts";
import type { BlockedJob, GroupStats, Handle, JobQueue, JobState } from "./jobQueue.ts";
import type { Sealing } from "./sealing.ts";

export interface EventQueue {
  /**
   * Adds events, each as a line that `serve` reads. Resolves to how many were added: one whose id was sent before is
   * left out. Throws `Unusable` when one of them cannot be used; then none is added.
   */
  send(lines: readonly EventLine[]): Promise<{ added: number; known: number }>;
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

  async function read({ bytes, source }: EventLine): Promise<Request> {
    const request = requestIn(bytes, source);
    const faults =
      "faults" in request
        ? request.faults
        : await check(request.action).then(() => [], unusableFaults);
    if ("faults" in request || faults.length > 0)
      throw new Unusable(faults.map((one) => `${source}: ${one}`));
    return request;
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

function unusableFaults(thrown: unknown): readonly string[] {
  if (thrown instanceof Unusable) return thrown.faults;
  throw thrown;
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
  { sealing, log }: { sealing: Sealing; log(text: string): void },
): Handle {
  return async ({ name, input, signal }) => {
    const bytes = Buffer.from(sealing.open(input, inputOf(name)));
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
