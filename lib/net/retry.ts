import { Fault } from "../fault.ts";

/** The time, randomness and statistics of one run. */
export interface Pace {
  signal: AbortSignal;
  /** Milliseconds left for this run. */
  remaining(): number;
  /** Resolves after `ms`, or rejects when the signal is aborted. */
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
 * The result of one attempt. `afterMs` is the wait that the service requested (Retry-After), which is then
 * authoritative; `maxRetries` is set when this kind of fault gets fewer retries than usual.
 */
export type Try<T> = { value: T } | Failure;
export interface Failure {
  fault: Fault;
  afterMs?: number | undefined;
  maxRetries?: number;
}

/** Microsoft's own module also gives up after five retries. */
const defaultMaxRetries = 5;
/** A connection that failed twice seldom succeeds; it is better to report that early. */
const maxTransportRetries = 2;
const firstWaitMs = 1_000;

/**
 * Retries until the attempt succeeds, fails permanently, or the run has no time for another one. `Retry-After` wins;
 * without it the wait doubles, plus up to a quarter so that parallel runs do not retry at the same time.
 * When the service requests more time than is left, the fault is thrown immediately instead of at the end.
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
        message: `${fault.message} Trying again in ${seconds(wait)} would exceed the remaining time.`,
        cause: fault,
        requestId: fault.requestId,
      });
    pace.stats.retries++;
    await waited(pace, wait);
  }
}

/** Waits these milliseconds, and counts them. Throws the reason when the run ends in the meantime. */
export async function waited(pace: Pace, ms: number): Promise<void> {
  pace.stats.waitedMs += ms;
  await pace.sleep(ms, pace.signal).catch((thrown: unknown) => {
    throw Fault.of(pace.signal.aborted ? pace.signal.reason : thrown);
  });
}

/** The failure of an attempt without an answer; `thrown` is what the transport threw. */
export function unanswered(thrown: unknown): Failure {
  return { fault: Fault.of(thrown), maxRetries: maxTransportRetries };
}

/**
 * Reads `Retry-After`: seconds, possibly with decimals, or a date. Undefined, so that the usual wait applies,
 * when there is no time or it has passed.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  const ms = /^[\d.]+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return ms > 0 ? ms : undefined;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
