/** Runs a fixture's event against a server that knows nothing but the recorded traffic. */
import path from "node:path";
import { runBundle, withoutAnswer, type BundleRun } from "./run.ts";
import {
  addressesAt,
  asksForToken,
  differences,
  isUnordered,
  lasting,
  readFixture,
  recordedOriginOf,
  serveLoopback,
  sorted,
  type Origins,
  type Question,
  type Recording,
  type Reply,
} from "./recording.ts";
import { mappedHeaders } from "./answered.ts";
import { askedIn, targetOf } from "./asked.ts";
import { shown } from "./shown.ts";
import { operationOf, type Asked, type Exchange } from "../session/traffic.ts";

const token = "replayed-token-that-opens-nothing";

export interface Replayed {
  /** What is not as recorded, for people to read. Empty: the fixture holds. */
  problems: string[];
  ms: number;
  source: string;
}

/** A way to run an action: as a bundle, or in the process of a test. */
export type Way = (
  action: string,
  event: unknown,
  env: Record<string, string>,
) => Promise<Omit<BundleRun, "log" | "ms">>;

/** The built bundle, in a process of its own. */
export function asBundleIn(dist?: string): Way {
  return (action, event, env) =>
    runBundle(action, event, { env, ...(dist === undefined ? {} : { dist }) });
}

/** An event, run against the traffic that was recorded. */
export interface Rerun extends Awaited<ReturnType<Way>> {
  /** Without what differs from run to run. */
  answer: unknown;
  records: unknown[];
  /** The requests that are not as recorded, for people to read. */
  problems: string[];
  /** Something else was sent than was recorded: the answer proves nothing. */
  wasLeft: boolean;
}

/** Runs an event of `action`, which is `room/action`, against nothing but recorded traffic. */
export async function rerun(
  { event, traffic }: Pick<Recording, "event" | "traffic">,
  action: string,
  way: Way,
): Promise<Rerun> {
  const script = new Script(traffic, tenantIn(event), isUnordered(action));
  const server = await serveLoopback((question) => script.next(question, server.origins));
  const run = await way(action, event, addressesAt(server.origins)).finally(server.close);
  return {
    ...run,
    answer: lasting(run.answer, server.origins),
    records: inOrder(lasting(run.records, server.origins) as unknown[], action),
    problems: script.problems,
    wasLeft: script.wasLeft,
  };
}

function inOrder(records: unknown[], action: string): unknown[] {
  return isUnordered(action) ? sorted(records) : records;
}

/** `file` is the fixture's, `action` is `room/action`. */
export async function replay(
  file: string,
  action: string,
  way: Way = asBundleIn(),
): Promise<Replayed> {
  const begin = performance.now();
  const recorded = readFixture(file);
  const run = await rerun(recorded, action, way);
  return {
    problems: problemsOf(recorded, run, action),
    ms: performance.now() - begin,
    source: recorded.source,
  };
}

function problemsOf(recorded: Recording, run: Rerun, action: string): string[] {
  const { answer, records, code } = run;
  if (answer === undefined) return [withoutAnswer(run)];
  const problems = [...run.problems];
  const found = [
    ...differences(recorded.answer, answer, "answer"),
    ...differences(inOrder(recorded.records ?? [], action), records, "records"),
  ];
  // The answer after an unforeseen request proves nothing; otherwise it shows what was never requested.
  if (!run.wasLeft) problems.push(...found);
  const success =
    (answer as { outputContext: { Success?: unknown } }).outputContext.Success === true;
  if ((code === 0) !== success)
    problems.push(
      `The exit code is ${code}, and the answer reports ${success ? "success" : "no success"}.`,
    );
  return problems;
}

/** The recorded traffic, followed in order; or in any order, for an action that sends requests in parallel. */
class Script {
  readonly #left: Exchange[];
  readonly #recorded: number;
  readonly #tenant: string;
  readonly #isUnordered: boolean;
  readonly #problems: string[] = [];
  /** Something else was sent than was recorded: nothing after it can be compared. */
  wasLeft = false;

  constructor(traffic: readonly Exchange[], tenant: string, unordered: boolean) {
    this.#left = [...traffic];
    this.#recorded = traffic.length;
    this.#tenant = tenant;
    this.#isUnordered = unordered;
  }

  get problems(): string[] {
    const rest = this.wasLeft ? [] : this.#left;
    return [
      ...this.#problems,
      ...(rest.length === 0
        ? []
        : [
            `${this.#recorded} requests are recorded and ${this.#recorded - rest.length} were sent. ` +
              `Never sent:${rest.map(({ request }) => `\n  ${named(request)}`).join("")}`,
          ]),
    ];
  }

  next(question: Question, origins: Origins): Reply {
    if (asksForToken(question))
      return json(200, {
        token_type: "Bearer",
        expires_in: 3599,
        ext_expires_in: 3599,
        access_token: token,
      });
    const number = this.#recorded - this.#left.length + 1;
    const refuse = (problem: string): Reply => {
      if (!this.wasLeft) this.#problems.push(problem);
      this.wasLeft = true;
      return json(400, {
        error: { code: "NotInTheRecording", message: `NOT IN THE RECORDING. ${problem}` },
      });
    };
    if (!this.#isAddressed(question, origins))
      return refuse(
        `Request ${number} went to ${question.method} ${question.url.pathname}; a cmdlet goes to POST ` +
          `/adminapi/beta/${this.#tenant}/InvokeCommand, and several to $batch, of Exchange, ` +
          "and what Graph is asked to /v1.0/ of Graph.",
      );
    if (question.headers["authorization"] !== `Bearer ${token}`)
      return refuse(`Request ${number} came without the token that was issued.`);
    let sent: Asked;
    try {
      sent = askedIn(question);
    } catch (error) {
      return refuse(
        `Request ${number} is neither a cmdlet nor a request to Graph: ` +
          (error instanceof Error ? error.message : String(error)),
      );
    }
    const [first] = this.wasLeft ? [] : this.#left;
    if (!first)
      return refuse(
        `Request ${number} was sent, and ${this.#recorded} are recorded:\n  sent      ${named(sent)}`,
      );
    const foreseen = this.#isUnordered
      ? this.#left.find(({ request }) => differences(request, sent).length === 0)
      : first;
    if (!foreseen)
      return refuse(
        `Request ${number} is none of those that are recorded and were not sent yet:\n` +
          `  sent      ${named(sent)}` +
          this.#left.map(({ request }) => `\n  recorded  ${named(request)}`).join(""),
      );
    const found = differences(foreseen.request, sent);
    if (found.length > 0)
      return refuse(
        `Request ${number} is not the recorded one:\n` +
          `  sent      ${named(sent)}\n  recorded  ${named(foreseen.request)}` +
          found.map((line) => `\n  ${line}`).join(""),
      );
    this.#left.splice(this.#left.indexOf(foreseen), 1);
    return replyOf(foreseen, question.url.origin);
  }

  /** Whether a request goes where its target answers. */
  #isAddressed({ method, url }: Question, { exchange, graph }: Origins): boolean {
    if (targetOf(url) === "graph") return url.origin === graph;
    const root = `/adminapi/beta/${this.#tenant}/`.toLowerCase();
    const addresses = [`${root}invokecommand`, `${root}$batch`];
    return (
      method === "POST" && url.origin === exchange && addresses.includes(url.pathname.toLowerCase())
    );
  }
}

function replyOf({ request, response }: Exchange, origin: string): Reply {
  if ("cut" in response) return response;
  const { status, body } = response;
  const here = (text: string): string => text.replaceAll(recordedOriginOf(request), origin);
  const headers = mappedHeaders(response.headers ?? {}, here);
  if (typeof body === "string") return { status, headers, body };
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: here(JSON.stringify(body)),
  };
}

function json(status: number, body: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function named(asked: Asked): string {
  const { parameters, select, page, batch } = asked;
  if (batch) return `${operationOf(asked)} of ${batch.map(named).join("; ")}`;
  const selected = select ? ` $select=${select.join(",")}` : "";
  const onPage = page === undefined ? "" : ` page ${page}`;
  return `${operationOf(asked)} ${shown(parameters)}${selected}${onPage}`;
}

function tenantIn(event: unknown): string {
  const configuration =
    (event as { actionContext?: { Configuration?: Record<string, unknown> } }).actionContext
      ?.Configuration ?? {};
  return String(
    Object.entries(configuration).find(([key]) => key.toLowerCase() === "tenantid")?.[1],
  );
}

/** The action of a fixture: all of its name but the last part. */
export function actionOf(name: string): string {
  return path.posix.dirname(name);
}
