import { Fault } from "../fault.ts";

/** Time, chance and counting, as one run sees them. */
export interface Pace {
  signal: AbortSignal;
  /** Milliseconds left for this run. */
  remaining(): number;
  /** Resolves after `ms`, or rejects as soon as the signal is aborted. */
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

/**
 * What one try came to. `afterMs` is what the service asked for (Retry-After), and then
 * authoritative; `maxRetries` is set when this kind of fault deserves fewer than usual.
 */
export type Try<T> = { value: T } | Failure;
export interface Failure {
  fault: Fault;
  afterMs?: number | undefined;
  maxRetries?: number;
}

/** Microsoft's own module gives up after five retries as well. */
const defaultMaxRetries = 5;
/** A connection that cannot be made is seldom made a third time; better to say so early. */
const maxTransportRetries = 2;
const firstWaitMs = 1_000;

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
    const { fault, afterMs, maxRetries = defaultMaxRetries } = result;
    if (!fault.retryable || retries >= maxRetries) throw fault;
    const wait = afterMs ?? firstWaitMs * 2 ** retries * (1 + pace.random() / 4);
    if (wait >= pace.remaining())
      throw new Fault({
        kind: fault.kind,
        retryable: true,
        message: `${fault.message} Trying again in ${seconds(wait)} would take longer than the time that is left.`,
        cause: fault,
        requestId: fault.requestId,
      });
    pace.stats.retries++;
    pace.stats.waitedMs += wait;
    await pace.sleep(wait, pace.signal).catch((thrown: unknown) => {
      throw Fault.of(pace.signal.aborted ? pace.signal.reason : thrown);
    });
  }
}

/** The failure of a try that got no answer at all; `thrown` is what the transport threw. */
export function unanswered(thrown: unknown): Failure {
  return { fault: Fault.of(thrown), maxRetries: maxTransportRetries };
}

/**
 * Reads `Retry-After`: seconds, possibly with decimals, or a date. No time, or one that is past, is
 * no advice: better our own wait than none.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  const ms = /^[\d.]+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return ms > 0 ? ms : undefined;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
