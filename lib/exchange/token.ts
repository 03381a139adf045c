import type { INetworkModule } from "@azure/msal-node";
import { Fault } from "../fault.ts";
import { readCertificate } from "./certificate.ts";
import { scopeOf, type Cloud } from "./clouds.ts";
import { parsed } from "./replies.ts";
import { retryAfterMs, retrying, type Pace, type Try } from "./retry.ts";
import { signInFault } from "./signIn.ts";
import type { HttpReply, Transport } from "./transport.ts";

/** How the application proves who it is. */
export type Credential = { secret: string } | { pfxBase64: string; password: string };

export interface TokenSource {
  /** An access token for Exchange Online that is good for some minutes. `refused` asks for a new one after a 401, with the claims it named. */
  get(refused?: { token: string; claims?: string | undefined }): Promise<string>;
}

export interface TokenSettings {
  tenantId: string;
  clientId: string;
  credential: Credential;
  cloud: Cloud;
  /** Base URL to send to instead of the cloud's sign-in host. The authority that is named and signed for stays the cloud's own. */
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
 * Tokens by the client credentials grant, through msal-node, which is loaded with the first token and makes the signed assertion
 * (PS256, x5t#S256) for a certificate. It is told all it would otherwise discover, so that a run costs one token request.
 */
export function tokenSource(settings: TokenSettings, seams: Seams): TokenSource {
  let current: { token: string; goodUntil: number } | undefined;
  let pending: Promise<string> | undefined;
  let client: Promise<Client> | undefined;
  const fetchNew = async (claims: string | undefined): Promise<string> => {
    client ??= newClient(settings, seams);
    const { token, expiresAt } = await (await client).acquire(claims);
    seams.keepSecret(token);
    current = { token, goodUntil: expiresAt - marginMs };
    return token;
  };
  return {
    async get(refused) {
      // Several requests may be refused at once: the first one's new token serves them all.
      if (current && current.goodUntil > seams.clock() && current.token !== refused?.token) return current.token;
      pending ??= fetchNew(refused?.claims).finally(() => (pending = undefined));
      return await pending;
    },
  };
}

interface Client {
  acquire(claims: string | undefined): Promise<{ token: string; expiresAt: number }>;
}

async function newClient({ tenantId, clientId, credential, cloud, loginUrl }: TokenSettings, seams: Seams): Promise<Client> {
  const origin = `https://${cloud.login}`;
  const authority = `${origin}/${tenantId}`;
  const network = networkFor((url) => (loginUrl === undefined ? url : url.replace(origin, loginUrl)), seams);
  const proof = "secret" in credential ? { clientSecret: credential.secret } : { clientCertificate: await certificateOf(credential, seams) };
  const { ConfidentialClientApplication } = await import("@azure/msal-node");
  const application = new ConfidentialClientApplication({
    auth: { clientId, authority, knownAuthorities: [cloud.login], authorityMetadata: metadataOf(authority), ...proof },
    system: { networkClient: network, disableInternalRetries: true },
  });
  return {
    async acquire(claims) {
      try {
        const result = await application.acquireTokenByClientCredential({ scopes: [scopeOf(cloud)], skipCache: true, ...(claims === undefined ? {} : { claims }) });
        if (!result?.accessToken) throw new Fault({ kind: "unexpected", message: "The sign-in service answered without a token." });
        return { token: result.accessToken, expiresAt: result.expiresOn?.getTime() ?? seams.clock() + 2 * marginMs };
      } catch (thrown) {
        throw network.lastFault() ?? signInFault(thrown, { tenantId, clientId });
      }
    },
  };
}

async function certificateOf(credential: { pfxBase64: string; password: string }, { clock }: Seams): Promise<{ thumbprintSha256: string; privateKey: string }> {
  const { thumbprintSha256, privateKey } = await readCertificate({ ...credential, now: new Date(clock()) });
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

/** msal's way to the network: our transport and our retries. msal wraps what its network throws, so the real fault is kept aside. */
function networkFor(redirected: (url: string) => string, { transport, pace, clock, keepSecret }: Seams): INetworkModule & { lastFault(): Fault | undefined } {
  const post = async (url: string, headers: Record<string, string>, body: string): Promise<Try<{ headers: Record<string, string>; body: object; status: number }>> => {
    pace.stats.requests++;
    let reply: HttpReply;
    try {
      reply = await transport({ method: "POST", url: redirected(url), headers: { ...headers, accept: "application/json" }, body }, pace.signal);
    } catch (thrown) {
      return { fault: Fault.of(thrown) };
    }
    if (reply.status === 429 || reply.status >= 500) {
      const kind = reply.status === 429 ? "throttled" : "unavailable";
      return { fault: new Fault({ kind, retryable: true, message: `The sign-in service is not available at the moment (status ${reply.status}).` }), afterMs: retryAfterMs(reply.headers["retry-after"], clock()) };
    }
    const answer = parsed(reply.text);
    if (typeof answer !== "object" || answer === null) return { fault: notJson(reply) };
    return { value: { headers: { ...reply.headers }, body: answer, status: reply.status } };
  };
  let fault: Fault | undefined;
  return {
    lastFault: () => fault,
    sendGetRequestAsync(url) {
      // Only discovery uses GET, and everything that could be discovered was given.
      fault = new Fault({ kind: "unexpected", message: `The sign-in library asked for ${new URL(url).pathname}, which this connector never needs.` });
      return Promise.reject(fault);
    },
    async sendPostRequestAsync(url, { headers = {}, body = "" } = {}) {
      const assertion = new URLSearchParams(body).get("client_assertion");
      if (assertion !== null) keepSecret(assertion);
      fault = undefined;
      try {
        const reply = await retrying(pace, () => post(url, headers, body));
        return { ...reply, body: reply.body as never };
      } catch (thrown) {
        fault = Fault.of(thrown);
        throw fault;
      }
    },
  };
}

function notJson(reply: HttpReply): Fault {
  const html = /^\s*</.test(reply.text);
  return new Fault({
    kind: html ? "unexpected" : "unavailable",
    retryable: !html,
    message: html ? `The sign-in service's address answered with a web page instead of JSON (status ${reply.status}): a proxy may stand in between, or the address is wrong.` : `The sign-in service's answer was cut off or is not JSON (status ${reply.status}, ${reply.text.length} characters).`,
  });
}
