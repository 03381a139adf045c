import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { connectorWith, type ConnectorSeams, type Targets } from "../lib/connector.ts";
import { Fault } from "../lib/fault.ts";
import type { Action, AnyEvent } from "../lib/host/action.ts";
import { run, type Connect } from "../lib/host/run.ts";
import { httpTransport, type Transport } from "../lib/net/transport.ts";

export interface InProcessRun {
  code: number;
  answer: unknown;
  stdout: string;
  stderr: string;
  /** Milliseconds that it took, with those that it would have waited. */
  ms: number;
}

export interface InProcessOptions {
  /** Receives each piece of stdout. */
  written?: (text: string) => void;
  /** Moves the clock of the tenant, which has to keep pace with the run. */
  advance?: (ms: number) => void;
  /** How long each request takes, in the time that waits take as well. */
  requestMs?: number;
  /** The path of the action: an import that ends early is resumed by the next one of that name. */
  name?: string;
  /** Milliseconds that the clock is ahead. */
  later?: number;
  /** The run ends, as the end of its process would end it, instead of this request to an API. */
  endsAt?: number;
  /** The connector of the run: one that several runs share, for example. */
  connectorOf?: (seams: ConnectorSeams) => Connect<Targets>;
  /**
   * Called with the way to end the run as the end of its process would: nothing is sent after it. Waits take their
   * time in such a run, so that there is time to do so.
   */
  started?: (kill: () => void) => void;
}

/**
 * Runs an action as its bundle would, without a process of its own: for cases in which only answers
 * and requests matter. Waits between requests take no time: the clocks of the run and of the tenant
 * move on instead.
 */
export async function runInProcess<Event extends AnyEvent>(
  action: Action<Event, Targets>,
  event: unknown,
  env: Record<string, string>,
  options: InProcessOptions = {},
): Promise<InProcessRun> {
  const { written, advance, requestMs = 0, started, name, later = 0, endsAt } = options;
  const { connectorOf = connectorWith } = options;
  const start = performance.now();
  const waits = new Waits(advance);
  const now = (): number => performance.now() - start + waits.skipped;
  let stdout = "";
  let stderr = "";
  let kill = (): void => undefined;
  let requests = 0;
  const life = { isOver: false };
  const connect = connectorOf({
    transport: () =>
      delayed(mortal(httpTransport(), life), async (url, until) => {
        if (!url.includes("/oauth2/") && ++requests === endsAt) kill();
        await waits.sleep(requestMs, until);
      }),
    sleep: started ? (ms, signal) => delay(ms, undefined, { signal }) : waits.sleep,
    random: Math.random,
    clock: () => Date.now() + waits.skipped + later,
  });
  const code = await run(action, connect, {
    ...(name !== undefined && { action: name }),
    document: () => Promise.resolve(JSON.parse(JSON.stringify(event)) as unknown),
    stdout(text) {
      stdout += text;
      written?.(text);
      return Promise.resolve(true);
    },
    stderr(text) {
      stderr += text;
    },
    env,
    now,
    onLimit: () => undefined,
    onInterrupt(interrupt) {
      kill = () => {
        life.isOver = true;
        interrupt(Fault.invalid("killed"));
      };
      started?.(kill);
    },
  });
  return {
    code,
    answer: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as unknown,
    stdout,
    stderr,
    ms: now(),
  };
}

/** A way to the network that ends with its process. */
function mortal({ send, close }: ReturnType<typeof httpTransport>, life: { isOver: boolean }) {
  const alive: Transport = async (request, signal) => {
    if (life.isOver) throw Fault.invalid("killed");
    return await send(request, signal);
  };
  return { send: alive, close };
}

/** A way to the network on which each request waits before it is sent. */
function delayed(
  { send, close }: ReturnType<typeof httpTransport>,
  wait: (url: string, signal: AbortSignal) => Promise<void>,
) {
  const late: Transport = async (request, signal) => {
    await wait(request.url, signal);
    return await send(request, signal);
  };
  return { send: late, close };
}

/** Waits that are over at once. Those that are waited side by side take the time of the longest. */
class Waits {
  /** Milliseconds that no one waited for. */
  skipped = 0;
  readonly #advance: (ms: number) => void;

  constructor(advance: (ms: number) => void = () => undefined) {
    this.#advance = advance;
  }

  readonly sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    const due = this.skipped + ms;
    await turn(undefined, { signal });
    if (due <= this.skipped) return;
    this.#advance(due - this.skipped);
    this.skipped = due;
  };
}
