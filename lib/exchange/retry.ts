import { Fault } from "../fault.ts";

/** Time, chance and counting, as one run sees them. */
export interface Pace {
  signal: AbortSignal;
  /** Milliseconds left for this run. */
  remaining(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
  stats: Stats;
}

export interface Stats {
  requests: number;
  retries: number;
  waitedMs: number;
}

/** What one try came to. `afterMs` is what the service asked for (Retry-After), and then authoritative. */
export type Try<T> = { value: T } | { fault: Fault; afterMs?: number | undefined };

/** Microsoft's own module gives up after five retries as well. */
const mostRetries = 5;
/** A connection that cannot be made is seldom made a third time; better to say so early. */
const mostTransportRetries = 2;
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;

/**
 * Tries until it works, fails for good, or the run has no time for another try. `Retry-After` wins; without it the wait
 * doubles, with up to a quarter on top so that parallel runs do not come back together.
 * When the service asks for more time than is left, the fault is thrown at once instead of waiting for the end.
 */
export async function retrying<T>(pace: Pace, attempt: () => Promise<Try<T>>): Promise<T> {
  for (let retries = 0; ; retries++) {
    if (pace.signal.aborted) throw Fault.of(pace.signal.reason);
    const result = await attempt();
    if ("value" in result) return result.value;
    const { fault, afterMs } = result;
    if (!fault.retryable || retries >= (fault.kind === "unavailable" && afterMs === undefined && isTransport(fault) ? mostTransportRetries : mostRetries)) throw fault;
    const wait = afterMs ?? Math.min(longestWaitMs, firstWaitMs * 2 ** retries * (1 + pace.random() / 4));
    if (wait >= pace.remaining()) throw new Fault({ kind: fault.kind, message: `${fault.message} Trying again in ${seconds(wait)} would take longer than the time that is left for this event.`, cause: fault, requestId: fault.requestId });
    pace.stats.retries++;
    pace.stats.waitedMs += wait;
    await pace.sleep(wait, pace.signal);
  }
}

/** Reads `Retry-After`: seconds, possibly with decimals, or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === "") return undefined;
  const inSeconds = Number(header);
  if (Number.isFinite(inSeconds)) return Math.max(0, inSeconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** A fault that came from below HTTP carries the socket's error as its cause. */
function isTransport(fault: Fault): boolean {
  return fault.cause instanceof Error && !(fault.cause instanceof Fault);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
