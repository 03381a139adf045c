import { Fault } from "../fault.ts";
import { retrying, type Pace, type Try } from "./retry.ts";

/** What is retried: its name in messages, and whether sending it twice has the same effect as sending it once. */
export interface Retried {
  what: string;
  isRepeatable: boolean;
}

/**
 * As `retrying`, for a request that may change something. A throttled request was rejected before it was carried out.
 * After any other fault that may pass, it is unknown what was done: only a repeatable request is sent again, and the
 * fault of the last attempt does not hide that an earlier one may have been carried out.
 */
export async function retryingKnown<T>(
  pace: Pace,
  attempt: () => Promise<Try<T>>,
  { what, isRepeatable }: Retried,
): Promise<T> {
  const unknownOutcome: Fault[] = [];
  return await retrying(pace, async () => {
    const result = await attempt();
    if ("value" in result || !result.fault.retryable || result.fault.kind === "throttled")
      return result;
    unknownOutcome.push(result.fault);
    return isRepeatable ? result : { fault: notAgain(result.fault, what) };
  }).catch((thrown: unknown) => {
    const [before] = unknownOutcome;
    throw before ? afterUnknown(before, Fault.of(thrown), what) : thrown;
  });
}

/** If the last attempt was rejected because of its token or of throttling, the outcome remains unknown. */
function afterUnknown(before: Fault, last: Fault, what: string): Fault {
  if (last.kind !== "throttled" && last.kind !== "denied") return last;
  return new Fault({
    kind: before.kind,
    message: `${before.message} ${last.message} It is not known whether ${what} was carried out.`,
    cause: last,
    requestId: before.requestId,
  });
}

function notAgain(fault: Fault, what: string): Fault {
  return new Fault({
    kind: fault.kind,
    message: `${fault.message} It is not known whether ${what} was carried out, so it was not sent again.`,
    cause: fault,
    requestId: fault.requestId,
  });
}
