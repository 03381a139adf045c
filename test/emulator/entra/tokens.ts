/** Tokens as the sign-in service writes them. */
import { clouds } from "./clouds.ts";
import { roleTemplates } from "./directoryRoles.ts";
import type { Grant, LoginContext } from "./login.ts";
import type { Code, SignInUser } from "./signIns.ts";

const seconds = (ms: number): number => Math.floor(ms / 1000);

/**
 * Looks like a real access token, so that a client finds its claims. It is recognised as a whole,
 * not by its signature.
 */
export function accessToken(grant: Grant, { state, now, newGuid }: LoginContext): string {
  const { resource, appRoles, directoryRoles, expires, clientId, user } = grant;
  // Without a role on Microsoft Graph the claim is missing (inferred from a captured token).
  const isBare = appRoles.length === 0 && resource === clouds[state.tenant.cloud].graph;
  const roles = isBare ? {} : { roles: appRoles };
  return jwt({
    aud: resource,
    iss: `https://sts.windows.net/${state.tenant.id}/`,
    iat: seconds(now),
    nbf: seconds(now),
    exp: seconds(expires),
    appid: clientId,
    idtyp: user ? "user" : "app",
    tid: state.tenant.id,
    // The scopes that are granted, whatever was asked for (observed).
    ...(user ? { oid: user.id, upn: user.userPrincipalName, scp: appRoles.join(" ") } : roles),
    wids: [
      ...directoryRoles.flatMap((role) => roleTemplates[role] ?? []),
      user ? "b79fbf4d-3ef9-4689-8143-76b194e85509" : "0997a1d0-0d1d-4acb-b408-d5ca73121e90",
    ],
    uti: newGuid(),
    ver: "1.0",
  });
}

/** Who signed in, for the application alone (documented). */
export function idToken(
  user: SignInUser,
  { clientId, nonce }: Pick<Code, "clientId" | "nonce">,
  { state, now }: LoginContext,
): string {
  return jwt({
    aud: clientId,
    iss: `${clouds[state.tenant.cloud].login}/${state.tenant.id}/v2.0`,
    iat: seconds(now),
    nbf: seconds(now),
    exp: seconds(now) + 3600,
    name: user.displayName,
    oid: user.id,
    preferred_username: user.userPrincipalName,
    sub: `sub-of-${user.id}`,
    tid: state.tenant.id,
    ...(nonce === undefined ? {} : { nonce }),
    ver: "2.0",
  });
}

function jwt(claims: object): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { typ: "JWT", alg: "RS256", kid: "emulated" };
  return `${part(header)}.${part(claims)}.${Buffer.from("emulated").toString("base64url")}`;
}
