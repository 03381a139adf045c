/** One sign-in of a person: the address of its page, and what only this process knows of it. */
import { createHash, randomBytes } from "node:crypto";
import type { Cloud } from "../../lib/auth/clouds.ts";

export interface SignIn {
  /** Comes back with the answer, so that no other answer is taken for it. */
  state: string;
  /** Comes back in the token of who signed in. */
  nonce: string;
  /** Proves that who redeems the code is who asked for it (PKCE). Secret. */
  verifier: string;
}

/** 256 random bits each. */
const random = (): string => randomBytes(32).toString("base64url");

export const newSignIn = (): SignIn => ({ state: random(), nonce: random(), verifier: random() });

interface Application {
  tenantId: string;
  clientId: string;
  cloud: Cloud;
  /** An emulator's instead of the cloud's. */
  loginUrl: string | undefined;
}

/**
 * The page on which a person signs in and consents. The answer is sent as a form, which Microsoft advises for
 * localhost: in an address the code would stay in the history of the browser.
 */
export function signInPage(
  { tenantId, clientId, cloud, loginUrl }: Application,
  { state, nonce, verifier }: SignIn,
  { scopes, redirectUri }: { scopes: readonly string[]; redirectUri: string },
): string {
  const url = new URL(`${loginUrl ?? `https://${cloud.login}`}/${tenantId}/oauth2/v2.0/authorize`);
  const query = {
    client_id: clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    response_mode: "form_post",
    scope: scopes.join(" "),
    state,
    nonce,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    // Whoever runs the command is rarely signed in as the service account.
    prompt: "select_account",
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

/** The page on which an administrator consents for the tenant. What it returns is never looked at. */
export function approvalPage(
  { tenantId, clientId, cloud, loginUrl }: Application,
  scopes: readonly string[],
): string {
  const url = new URL(`${loginUrl ?? `https://${cloud.login}`}/${tenantId}/v2.0/adminconsent`);
  const query = { client_id: clientId, scope: scopes.join(" "), redirect_uri: "http://localhost" };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
