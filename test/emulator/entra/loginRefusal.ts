/** How the token endpoint refuses: the JSON of Entra ID, with an AADSTS code for the reason. */
import { jsonAnswer, type Answer } from "../message.ts";

/** Of a refusal that a person can do something about. */
interface Remedy {
  /** Observed in the list of MSAL. */
  suberror?: string;
  /** What a new sign-in has to prove, as JSON. */
  claims?: string;
}

export class LoginRefusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly remedy: Remedy;

  constructor(status: number, error: string, code: number, text: string, remedy: Remedy = {}) {
    super(`AADSTS${code}: ${text}`);
    this.status = status;
    this.error = error;
    this.code = code;
    this.remedy = remedy;
  }
}

/** `now` in milliseconds since 1970. */
export function refusalResponse(
  refusal: LoginRefusal,
  correlationId: string,
  traceId: string,
  now: number,
): Answer {
  const timestamp = timestampAt(now);
  const body = {
    error: refusal.error,
    error_description: `${refusal.message} ${idsIn(correlationId, traceId, timestamp)}`,
    error_codes: [refusal.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
    ...refusal.remedy,
  };
  return jsonAnswer(body, refusal.status);
}

/** `now` in milliseconds since 1970. */
export const timestampAt = (now: number): string =>
  new Date(now)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");

/** What follows the sentence of an error. */
export const idsIn = (correlationId: string, traceId: string, timestamp: string): string =>
  `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
