/** How the token endpoint refuses: the JSON of Entra ID, with an AADSTS code for the reason. */
import { jsonAnswer, type Answer } from "../message.ts";

export class LoginRefusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly code: number;

  constructor(status: number, error: string, code: number, text: string) {
    super(`AADSTS${code}: ${text}`);
    this.status = status;
    this.error = error;
    this.code = code;
  }
}

/** `now` in milliseconds since 1970. */
export function refusalResponse(
  refusal: LoginRefusal,
  correlationId: string,
  traceId: string,
  now: number,
): Answer {
  const timestamp = new Date(now)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
  const body = {
    error: refusal.error,
    error_description:
      `${refusal.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ` +
      timestamp,
    error_codes: [refusal.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
  };
  return jsonAnswer(body, refusal.status);
}
