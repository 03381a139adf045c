/** The way of the sign-in library to the sign-in service: the transport and the retries of this project. */
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { Fault } from "../fault.ts";
import { parsedJson } from "../net/json.ts";
import { retryAfterMs, retrying, unanswered, type Pace, type Try } from "../net/retry.ts";
import type { HttpReply, Transport } from "../net/transport.ts";
import { isTransientRefusal } from "./signInErrors.ts";

/** What signing in uses of its surroundings. */
export interface SignInSeams {
  transport: Transport;
  pace: Pace;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Called with every new secret, which must never be written. */
  keepSecret(secret: string): void;
  /** Called with a sentence for people about a sign-in that works, but not for long. */
  warn?(sentence: string): void;
}

/** What msal does not return of the last exchange with the sign-in service. */
export interface LastExchange {
  /** Set when there was no answer; msal wraps what its network throws. */
  lastFault(): Fault | undefined;
  /** The lifetime of the token; msal uses a different clock. */
  lifeMs(): number;
  /** The refresh token of the answer, which msal keeps to itself. Secret. */
  refreshToken(): string | undefined;
}

/**
 * msal's network module, with the transport and retries of this project. Requests to `origin` are sent to `base`, and
 * nothing is sent anywhere else.
 */
export function networkFor(
  { origin, base }: { origin: string; base: string },
  { transport, pace, clock, keepSecret }: SignInSeams,
): INetworkModule & LastExchange {
  let fault: Fault | undefined;
  let lifeMs = 0;
  let refreshToken: string | undefined;
  const refuse = (message: string): Promise<never> =>
    Promise.reject((fault = new Fault({ kind: "unexpected", message })));
  const post = async (
    url: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<Try<{ headers: Record<string, string>; body: object; status: number }>> => {
    pace.stats.requests++;
    const reply = await transport(
      { method: "POST", url, headers: { ...headers, accept: "application/json" }, body },
      pace.signal,
    ).catch(unanswered);
    if ("fault" in reply) return reply;
    const { status, text } = reply;
    if (status === 429 || status === 408 || status >= 500) {
      const kind = status === 429 ? "throttled" : "unavailable";
      return {
        fault: new Fault({
          kind,
          retryable: true,
          message: `The sign-in service is unavailable (status ${status}).`,
        }),
        afterMs: retryAfterMs(reply.headers["retry-after"], clock()),
      };
    }
    const answer = parsedJson(text);
    if (typeof answer !== "object" || answer === null) return { fault: notJson(reply) };
    if (isTransientRefusal(answer))
      return {
        fault: new Fault({
          kind: "unavailable",
          retryable: true,
          message: `The sign-in service cannot answer at the moment (status ${status}).`,
        }),
        afterMs: retryAfterMs(reply.headers["retry-after"], clock()),
      };
    lifeMs = "expires_in" in answer ? Number(answer.expires_in) * 1000 : 0;
    refreshToken = secretIn(answer, "refresh_token");
    for (const name of ["access_token", "id_token"]) secretIn(answer, name);
    return { value: { headers: { ...reply.headers }, body: answer, status } };
  };
  /** A text of the answer that must never be written, as soon as it is known. */
  const secretIn = (answer: object, name: string): string | undefined => {
    const text = (answer as Record<string, unknown>)[name];
    if (typeof text !== "string" || text === "") return undefined;
    keepSecret(text);
    return text;
  };
  return {
    refreshToken: () => refreshToken,
    lastFault: () => fault,
    lifeMs: () => (Number.isFinite(lifeMs) ? lifeMs : 0),
    // Only discovery uses GET, and everything that could be discovered is in the settings.
    sendGetRequestAsync: (url) =>
      refuse(
        `The sign-in library requested ${new URL(url).pathname}, which this connector never needs.`,
      ),
    async sendPostRequestAsync<T>(
      url: string,
      { headers = {}, body = "" }: NetworkRequestOptions = {},
    ): Promise<NetworkResponse<T>> {
      if (!url.startsWith(`${origin}/`))
        return await refuse(
          `The sign-in library addressed ${new URL(url).host} instead of ${origin}; nothing was sent there.`,
        );
      const form = new URLSearchParams(body);
      for (const name of secretFields) form.getAll(name).forEach(keepSecret);
      fault = undefined;
      refreshToken = undefined;
      try {
        const reply = await retrying(pace, () =>
          post(base + url.slice(origin.length), headers, body),
        );
        return { ...reply, body: reply.body as T };
      } catch (thrown) {
        fault = Fault.of(thrown);
        throw fault;
      }
    },
  };
}

/** What a request to the token endpoint proves something with. */
const secretFields = ["client_assertion", "refresh_token", "code", "code_verifier"];

function notJson({ status, text }: HttpReply): Fault {
  const html = /^\s*</.test(text);
  if (html || status >= 300)
    return new Fault({
      kind: "unexpected",
      message:
        "The address of the sign-in service returned " +
        `${html ? "a web page" : "something else"} instead of JSON (status ${status}): there ` +
        "may be a proxy in between, or the address is wrong.",
    });
  return new Fault({
    kind: "unavailable",
    retryable: true,
    message:
      "The answer of the sign-in service is truncated or not JSON " +
      `(status ${status}, ${text.length} characters).`,
  });
}
