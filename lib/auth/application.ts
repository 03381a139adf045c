/** The application, signed in to with its credential through msal-node. */
import type { ConfidentialClientApplication } from "@azure/msal-node";
import type { Fault } from "../fault.ts";
import type { Cloud, Resource } from "./clouds.ts";
import { signInFault } from "./signInErrors.ts";
import { networkFor, type LastExchange, type SignInSeams } from "./signInNetwork.ts";

/** The application's proof of identity. */
export type Credential = { secret: string } | { pfxBase64: string; password: string };

export interface ApplicationSettings {
  tenantId: string;
  clientId: string;
  credential: Credential;
  cloud: Cloud;
  /**
   * The base URL to send to instead of the cloud's sign-in host. The authority in the request and in
   * the assertion does not change.
   */
  loginUrl: string | undefined;
}

export interface Application extends LastExchange {
  msal: ConfidentialClientApplication;
  /** What msal threw, or the reason why there was no answer. */
  faultOf(thrown: unknown, resource: Resource): Fault;
}

/**
 * Loads msal-node, which signs the assertion (PS256, x5t#S256) for a certificate. Its settings contain everything that
 * it would otherwise discover, so that a token costs one request.
 */
export async function openApplication(
  { tenantId, clientId, credential, cloud, loginUrl }: ApplicationSettings,
  seams: SignInSeams,
): Promise<Application> {
  const origin = `https://${cloud.login}`;
  const authority = `${origin}/${tenantId}`;
  const network = networkFor({ origin, base: loginUrl ?? origin }, seams);
  const proof =
    "secret" in credential
      ? { clientSecret: credential.secret }
      : {
          clientCertificate: await (
            await import("./clientCertificate.ts")
          ).clientCertificateOf(credential, seams),
        };
  const { ConfidentialClientApplication } = await import("./msal.ts");
  const msal = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority,
      knownAuthorities: [cloud.login],
      authorityMetadata: metadataOf(authority),
      ...proof,
    },
    system: { networkClient: network, disableInternalRetries: true },
  });
  const faultOf = (thrown: unknown, resource: Resource): Fault =>
    network.lastFault() ?? signInFault(thrown, { tenantId, clientId, resource });
  return { ...network, msal, faultOf };
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
