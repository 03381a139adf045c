import { claimsIn } from "../../auth/claimsChallenge.ts";
import type { Cloud } from "../../auth/clouds.ts";
import type { TokenSource } from "../../auth/token.ts";
import { Fault } from "../../fault.ts";
import type { KeptAnswers } from "../../net/keptAnswers.ts";
import { defaultMaxRequests, requestSlots, type RequestSlots } from "../../net/requestSlots.ts";
import { unanswered, type Failure, type Pace } from "../../net/retry.ts";
import type { HttpReply, HttpRequest, Transport } from "../../net/transport.ts";
import type { Tally } from "../../tally.ts";

export interface GraphSettings {
  cloud: Cloud;
  /** Base URL to use instead of the cloud's Graph host. Then nothing is sent anywhere else. */
  graphUrl: string | undefined;
}

export interface Seams {
  transport: Transport;
  /** Tokens for Microsoft Graph. */
  token: TokenSource;
  pace: Pace;
  /** Milliseconds since 1970. */
  clock(): number;
  newId(): string;
  /** Limits the requests in progress. Absent: those of this client alone. */
  slots?: RequestSlots;
  /** Counts what is read one by one. */
  tally?: Tally;
  /** The answers of an earlier run of the same import. */
  answers?: KeptAnswers;
}

/** One request to Graph. */
export interface Sending {
  method: HttpRequest["method"];
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | undefined;
  /** Called for each request: a refused token leads to another one. */
  onSend?(): void;
}

/** Where requests are sent: version 1.0 of the cloud's Graph. */
export interface Endpoint {
  /** One attempt. Gets a new token when the first one is refused. */
  send(sending: Sending): Promise<HttpReply | Failure>;
  /** A path, relative to the version, as an address. */
  urlOf(where: string): string;
  /** The address of a next page, unchanged. Throws an `unexpected` fault when another host has it. */
  assertOwn(nextLink: string): string;
  /**
   * What references to objects begin with. Always the cloud's own address: only the version, the type and the ID of a
   * reference are read (observed by hashicorp/terraform-provider-azuread).
   */
  referenceRoot: string;
  /** The maximum number of requests in progress. */
  maxRequests: number;
}

export function endpointOf(
  { cloud, graphUrl }: GraphSettings,
  { transport, token, pace, newId, slots = requestSlots(defaultMaxRequests) }: Seams,
): Endpoint {
  const base = graphUrl ?? `https://${cloud.graph}`;

  async function sent(
    { method, url, headers, body, onSend }: Sending,
    bearer: string,
  ): Promise<HttpReply | Failure> {
    const send = async (): Promise<HttpReply | Failure> => {
      // The run may have ended while this request waited for its slot.
      if (pace.signal.aborted) return unanswered(pace.signal.reason);
      pace.stats.requests++;
      onSend?.();
      const request: HttpRequest = {
        method,
        url,
        headers: {
          authorization: `Bearer ${bearer}`,
          accept: "application/json",
          "accept-encoding": "gzip",
          // Texts are matched where the code is not enough, and then in English.
          "accept-language": "en-US",
          "client-request-id": newId(),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      };
      return await transport(request, pace.signal).catch(unanswered);
    };
    return await slots.run(send, {
      isRefusal: (reply) => "status" in reply && reply.status === 429,
    });
  }

  return {
    async send(sending) {
      const bearer = await token.get();
      const reply = await sent(sending, bearer);
      if ("fault" in reply || reply.status !== 401) return reply;
      // A token can be refused before it expires, because policies change: one refusal is not final.
      pace.stats.retries++;
      const claims = claimsIn(reply.headers["www-authenticate"]);
      return await sent(sending, await token.get({ token: bearer, claims }));
    },
    urlOf: (where) => `${base}/v1.0${where}`,
    assertOwn(nextLink) {
      const target = URL.canParse(nextLink) ? new URL(nextLink) : undefined;
      if (target?.origin === new URL(base).origin) return nextLink;
      throw new Fault({
        kind: "unexpected",
        message:
          `Microsoft Graph named a next page at ${target ? target.origin : "no usable address"}, which is ` +
          "not its own; the token was not sent there.",
      });
    },
    referenceRoot: `https://${cloud.graph}/v1.0`,
    maxRequests: slots.max,
  };
}
