import { Fault } from "../fault.ts";
import { retrying, type Pace } from "./retry.ts";

/** What is done around a wait: whoever has other work does it meanwhile. */
export type WhileWaiting = (wait: () => Promise<void>) => Promise<void>;

export interface Patience {
  /** What is waited for, as the subject of a sentence. */
  what: string;
  /** Milliseconds to wait in all; left out, as long as the run may take. */
  mostMs?: number;
  aside?: WhileWaiting;
}

const firstWaitMs = 500;
const longestWaitMs = 5_000;

/** See `Exchange.eventually`. */
export async function eventually<T>(
  pace: Pace,
  look: () => Promise<T | undefined>,
  { what, mostMs = Infinity, aside = (wait) => wait() }: Patience,
): Promise<T> {
  let waited = 0;
  let next = firstWaitMs;
  const patient: Pace = { ...pace, sleep: (ms, signal) => aside(() => pace.sleep(ms, signal)) };
  return await retrying(patient, async () => {
    const found = await look();
    if (found !== undefined) return { value: found };
    const afterMs = next * (1 + pace.random() / 4);
    const isOver = waited + afterMs > mostMs;
    waited += afterMs;
    next = Math.min(2 * next, longestWaitMs);
    return {
      fault: new Fault({
        kind: "notReady",
        retryable: !isOver,
        message: isOver
          ? `${what} could not be found within ${mostMs / 1000} s.`
          : `${what} cannot be found yet.`,
      }),
      afterMs,
      mostRetries: Infinity,
    };
  });
}
