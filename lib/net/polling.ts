import type { WhileWaiting } from "../concurrency.ts";
import { Fault } from "../fault.ts";
import { retrying, type Pace } from "./retry.ts";

export interface Patience {
  /** What is expected to appear, as the subject of a sentence. */
  what: string;
  /** The total time to wait in milliseconds; by default the time that the run has left. */
  maxMs?: number;
  whileWaiting?: WhileWaiting;
}

const firstWaitMs = 500;
const maxWaitMs = 5_000;

/** See `Exchange.eventually`. */
export async function eventually<T>(
  pace: Pace,
  look: () => Promise<T | undefined>,
  { what, maxMs = Infinity, whileWaiting = (wait) => wait() }: Patience,
): Promise<T> {
  let waited = 0;
  let next = firstWaitMs;
  const patient: Pace = {
    ...pace,
    sleep: (ms, signal) => whileWaiting(() => pace.sleep(ms, signal)),
  };
  return await retrying(patient, async () => {
    const found = await look();
    if (found !== undefined) return { value: found };
    const afterMs = next * (1 + pace.random() / 4);
    const isOver = waited + afterMs > maxMs;
    waited += afterMs;
    next = Math.min(2 * next, maxWaitMs);
    return {
      fault: new Fault({
        kind: "notReady",
        retryable: !isOver,
        message: isOver
          ? `${what} was not found within ${maxMs / 1000} s.`
          : `${what} was not found yet.`,
      }),
      afterMs,
      maxRetries: Infinity,
    };
  });
}
