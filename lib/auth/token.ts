import { parsedJson } from "../net/json.ts";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { Fault } from "../fault.ts";
import { endsSoon, readCertificate } from "./certificate.ts";
import { FIELD } from "./pkcs12.ts";
import { scopeOf, type Cloud, type Resource } from "./clouds.ts";
import { retryAfterMs, retrying, unanswered, type Pace, type Try } from "../net/retry.ts";
import { isTransientRefusal, signInFault } from "./signInErrors.ts";
import type { HttpReply, Transport } from "../net/transport.ts";

/** The application's proof of identity. */
export type Credential = { secret: string } | { pfxBase64: string; password: string };

export interface TokenSource {
  /**
   * An access token for the resource that remains valid for some minutes. `refused` requests a new
   * one after a 401, with the claims that it named.
   */
  get(refused?: { token: string; claims?: string | undefined }): Promise<string>;
}

export interface TokenSettings {
  tenantId: string;
  clientId: string;
  credential: Credential;
  cloud: Cloud;
  resource: Resource;
  /**
   * The base URL to send to instead of the cloud's sign-in host. The authority in the request and in
   * the assertion does not change.
   */
  loginUrl: string | undefined;
}

interface Seams {
  transport: Transport;
  pace: Pace;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Called with every new secret, which must never be written. */
  keepSecret(secret: string): void;
  /** Called with a sentence for people about a sign-in that works, but not for long. */
  warn?(sentence: string): void;
}

/** A token is not used in its last two minutes: a page that is requested now may be answered then. */
const marginMs = 120_000;

/**
 * Tokens by the client credentials grant, through msal-node, which is loaded with the first token and signs the
 * assertion (PS256, x5t#S256) for a certificate. Its settings contain everything that it would otherwise discover, so
 * that a run costs one token request.
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
      // Several requests may be refused at the same time: they share one new token.
      if (current?.token === refused?.token) current = undefined;
      if (current && current.goodUntil > seams.clock()) return current.token;
      pending ??= fetchNew(refused?.claims).finally(() => (pending = undefined));
      return await pending;
    },
  };
}

/** Requests a new token, with the claims that a refusal named. */
type Client = (claims: string | undefined) => Promise<{ token: string; expiresAt: number }>;

async function newClient(
  { tenantId, clientId, credential, cloud, resource, loginUrl }: TokenSettings,
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
    const requestedAt = seams.clock();
    try {
      const result = await application.acquireTokenByClientCredential({
        scopes: [scopeOf(cloud, resource)],
        skipCache: true,
        ...(claims === undefined ? {} : { claims }),
      });
      if (!result?.accessToken)
        throw new Fault({
          kind: "unexpected",
          message: "The answer of the sign-in service has no token.",
        });
      return { token: result.accessToken, expiresAt: requestedAt + network.lifeMs() };
    } catch (thrown) {
      throw network.lastFault() ?? signInFault(thrown, { tenantId, clientId, resource });
    }
  };
}

async function certificateOf(
  credential: { pfxBase64: string; password: string },
  { clock, warn }: Seams,
): Promise<{ thumbprintSha256: string; privateKey: string }> {
  const now = new Date(clock());
  const { subject, notAfter, ...proof } = await readCertificate({ ...credential, now });
  if (endsSoon(notAfter, now))
    warn?.(
      `The certificate "${subject}" in ${FIELD} expires on ${notAfter.toISOString().slice(0, 10)}. ` +
        "Renew it before then (exo-connector certificate new).",
    );
  return proof;
}

/** What msal would otherwise request from the sign-in service, in the form of its OpenID configuration. */
function metadataOf(authority: string): string {
  return JSON.stringify({
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
    issuer: `${authority}/v2.0`,
  });
}

/** What msal does not return of the last exchange with the sign-in service. */
interface LastExchange {
  /** Set when there was no answer; msal wraps what its network throws. */
  lastFault(): Fault | undefined;
  /** The lifetime of the token; msal uses a different clock. */
  lifeMs(): number;
}

/**
 * msal's network module, with the transport and retries of this project. Requests to `origin` are sent to `base`, and
 * nothing is sent anywhere else.
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
    return { value: { headers: { ...reply.headers }, body: answer, status } };
  };
  return {
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
