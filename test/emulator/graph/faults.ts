/** How Microsoft Graph answers what a named fault does to a request. */
import type { Answer } from "../message.ts";
import type { Incoming } from "../incoming.ts";
import { errorAnswer, GraphRefusal, type RequestIds } from "./errors.ts";

const refusals = {
  throttled: () => throttled({ "Retry-After": "1" }),
  throttledNoRetryAfter: () => throttled({}),
  /** Observed. */
  concurrency: () =>
    new GraphRefusal(
      409,
      "Directory_ConcurrencyViolation",
      "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
    ),
  /** The code is documented, the text assumed. */
  unavailable: () =>
    new GraphRefusal(503, "serviceNotAvailable", "The service is temporarily unavailable."),
  /** Observed, also of a token that is valid. */
  tokenRefused: () =>
    new GraphRefusal(
      401,
      "InvalidAuthenticationToken",
      "Lifetime validation failed, the token is expired.",
    ),
  /** Observed of objects that are new. */
  notFoundHere: () =>
    new GraphRefusal(
      404,
      "Directory_ObjectNotFound",
      "Unable to read the company information from the directory.",
    ),
} satisfies Record<string, () => GraphRefusal>;

/** Documented: the sentence, and what `innerError` repeats. */
const throttled = (headers: Record<string, string>): GraphRefusal =>
  new GraphRefusal(429, "TooManyRequests", "Please retry again later.", { headers });

/** These are the same on every host. */
const common = ["html", "redirect"];
const isRefusal = (name: string): name is keyof typeof refusals => Object.hasOwn(refusals, name);

/** Whether a fault of this name can strike Microsoft Graph. */
export const isOfGraph = (name: string): boolean => isRefusal(name) || common.includes(name);

/** The answer of a named fault; undefined for those that every host answers alike. */
export function graphFault(
  name: string,
  { retryAfter, status }: { retryAfter?: string; status?: number },
  incoming: Incoming,
): Answer | undefined {
  if (!isRefusal(name)) return undefined;
  const refusal = refusals[name]();
  const answer = errorAnswer(refusal, idsOf(incoming, incoming.at ?? Date.now()));
  const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  return { ...answer, status: status ?? answer.status, headers: { ...answer.headers, ...headers } };
}

/** The ids of a request. Without an id of the client's the service repeats its own (observed). */
export function idsOf({ headers, requestId = "" }: Incoming, now: number): RequestIds {
  return { requestId, clientRequestId: headers["client-request-id"] ?? requestId, now };
}
