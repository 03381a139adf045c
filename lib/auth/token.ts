import { parsedJson } from "../net/json.ts";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { Fault } from "../fault.ts";
import { readCertificate } from "./certificate.ts";
import { scopeOf, type Cloud } from "./clouds.ts";
import { retryAfterMs, retrying, unanswered, type Pace, type Try } from "../net/retry.ts";
import { isTransientRefusal, signInFault } from "./signInErrors.ts";
import type { HttpReply, Transport } from "../net/transport.ts";

/** How the application proves who it is. */
export type Credential = { secret: string } | { pfxBase64: string; password: string };

export interface TokenSource {
  /**
   * An access token for Exchange Online that is good for some minutes. `refused` asks for a new one
   * after a 401, with the claims it named.
   */
  get(refused?: { token: string; claims?: string | undefined }): Promise<string>;
}

export interface TokenSettings {
  tenantId: string;
  clientId: string;
  credential: Credential;
  cloud: Cloud;
  /**
   * Base URL to send to instead of the cloud's sign-in host. The authority that is named and signed
   * for stays the cloud's own.
   */
  loginUrl: string | undefined;
}

interface Seams {
  transport: Transport;
  pace: Pace;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Everything that must never be written, as soon as it exists. */
  keepSecret(secret: string): void;
}

/** A token is not used in its last two minutes: a page that is asked for now may be answered then. */
const marginMs = 120_000;

/**
 * Tokens by the client credentials grant, through msal-node, which is loaded with the first token
 * and makes the signed assertion (PS256, x5t#S256) for a certificate. It is told all it would
 * otherwise discover, so that a run costs one token request.
 */
export function tokenSource(settings: TokenSettings, seams: Seams): TokenSource {
  let current: { token: string; goodUntil: number } | undefined;
  let pending: Promise<string> | undefined;
  let client: Promise<Client> | undefined;
  const fetchNew = async (claims: string | undefined): Promise<string> => {
    client ??= newClient(settings, seams);
    const { token, expiresAt } = await (await client)(claims);
    seams.keepSecret(token);
    current = { token, goodUntil: expiresAt - marginMs };
    return token;
  };
  return {
    async get(refused) {
      // Several requests may be refused at once: the first one's new token serves them all.
      if (current?.token === refused?.token) current = undefined;
      if (current && current.goodUntil > seams.clock()) return current.token;
      pending ??= fetchNew(refused?.claims).finally(() => (pending = undefined));
      return await pending;
    },
  };
}

/** Asks for a new token, with the claims a refusal named. */
type Client = (claims: string | undefined) => Promise<{ token: string; expiresAt: number }>;

async function newClient(
  { tenantId, clientId, credential, cloud, loginUrl }: TokenSettings,
  seams: Seams,
): Promise<Client> {
  const origin = `https://${cloud.login}`;
  const authority = `${origin}/${tenantId}`;
  const network = networkFor({ origin, base: loginUrl ?? origin }, seams);
  const proof =
    "secret" in credential
      ? { clientSecret: credential.secret }
      : { clientCertificate: await certificateOf(credential, seams) };
  const { ConfidentialClientApplication } = await import("./msal.ts");
  const application = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority,
      knownAuthorities: [cloud.login],
      authorityMetadata: metadataOf(authority),
      ...proof,
    },
    system: { networkClient: network, disableInternalRetries: true },
  });
  return async (claims) => {
    const asked = seams.clock();
    try {
      const result = await application.acquireTokenByClientCredential({
        scopes: [scopeOf(cloud)],
        skipCache: true,
        ...(claims === undefined ? {} : { claims }),
      });
      if (!result?.accessToken)
        throw new Fault({
          kind: "unexpected",
          message: "The sign-in service answered without a token.",
        });
      return { token: result.accessToken, expiresAt: asked + network.lifeMs() };
    } catch (thrown) {
      throw network.lastFault() ?? signInFault(thrown, { tenantId, clientId });
    }
  };
}

async function certificateOf(
  credential: { pfxBase64: string; password: string },
  { clock }: Seams,
): Promise<{ thumbprintSha256: string; privateKey: string }> {
  const { thumbprintSha256, privateKey } = await readCertificate({
    ...credential,
    now: new Date(clock()),
  });
  return { thumbprintSha256, privateKey };
}

/** What msal would otherwise ask the sign-in service for; the form of its OpenID configuration. */
function metadataOf(authority: string): string {
  return JSON.stringify({
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
    issuer: `${authority}/v2.0`,
  });
}

/** What msal does not pass on of the last exchange with the sign-in service. */
interface LastExchange {
  /** Set when there was no answer to be had; msal wraps what its network throws. */
  lastFault(): Fault | undefined;
  /** How long the token lives; msal reckons with another clock than ours. */
  lifeMs(): number;
}

/**
 * msal's way to the network: our transport and our retries. What is meant for `origin` goes to
 * `base`, and nothing goes elsewhere.
 */
function networkFor(
  { origin, base }: { origin: string; base: string },
  { transport, pace, clock, keepSecret }: Seams,
): INetworkModule & LastExchange {
  let fault: Fault | undefined;
  let lifeMs = 0;
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
          message: `The sign-in service is not available at the moment (status ${status}).`,
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
    return { value: { headers: { ...reply.headers }, body: answer, status } };
  };
  return {
    lastFault: () => fault,
    lifeMs: () => (Number.isFinite(lifeMs) ? lifeMs : 0),
    // Only discovery uses GET, and everything that could be discovered is in the settings.
    sendGetRequestAsync: (url) =>
      refuse(
        `The sign-in library asked for ${new URL(url).pathname}, which this connector never needs.`,
      ),
    async sendPostRequestAsync<T>(
      url: string,
      { headers = {}, body = "" }: NetworkRequestOptions = {},
    ): Promise<NetworkResponse<T>> {
      if (!url.startsWith(`${origin}/`))
        return await refuse(
          `The sign-in library turned to ${new URL(url).host} instead of ${origin}; nothing was sent there.`,
        );
      const assertion = new URLSearchParams(body).get("client_assertion");
      if (assertion !== null) keepSecret(assertion);
      fault = undefined;
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

function notJson({ status, text }: HttpReply): Fault {
  const html = /^\s*</.test(text);
  if (html || status >= 300)
    return new Fault({
      kind: "unexpected",
      message:
        "The sign-in service's address answered with " +
        `${html ? "a web page" : "something else"} instead of JSON (status ${status}): a ` +
        "proxy may stand in between, or the address is wrong.",
    });
  return new Fault({
    kind: "unavailable",
    retryable: true,
    message: `The sign-in service's answer was cut off or is not JSON (status ${status}, ${text.length} characters).`,
  });
}
