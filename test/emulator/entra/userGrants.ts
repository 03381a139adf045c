/** Tokens for an application that acts for a user: by the code of a sign-in, and by a refresh token. */
import type { Grant, LoginContext } from "./login.ts";
import { LoginRefusal } from "./loginRefusal.ts";
import {
  consentedTo,
  namedScopes,
  resourceNamed,
  userResource,
  type ScopesByResource,
} from "./resources.ts";
import { codeMs, idleMs, matches, type SignInUser } from "./signIns.ts";
import type { TokenRequest } from "./tokenEndpoint.ts";
import { accessToken, idToken } from "./tokens.ts";

const invalidGrant = (code: number, text: string, remedy = {}): LoginRefusal =>
  new LoginRefusal(400, "invalid_grant", code, text, remedy);

export function byCode(request: TokenRequest, context: LoginContext): object {
  const { form, app, required } = request;
  const { now, signIns } = context;
  const code = signIns.codes.get(required("code"));
  if (code?.clientId !== app.clientId)
    // The text is assumed.
    throw invalidGrant(70000, "The provided value for the 'code' parameter is not valid.");
  if (code.isRedeemed)
    throw invalidGrant(
      54005,
      "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing " +
        "refresh token.",
    );
  if (now - code.issuedAt > codeMs) throw expired();
  if (form.get("redirect_uri") !== code.redirectUri)
    // Documented; the text is assumed.
    throw invalidGrant(500112, "The reply address does not match the one of the authorization.");
  if (!matches(code, form.get("code_verifier")))
    throw invalidGrant(
      501481,
      "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    );
  code.isRedeemed = true;
  const user = signInOf(code.userId, code.issuedAt, context);
  const scope = form.get("scope") ?? code.scope;
  return tokensFor(user, { scope, nonce: code.nonce, granted: code.scope }, request, context);
}

export function byRefreshToken(request: TokenRequest, context: LoginContext): object {
  const { form, app, required } = request;
  const { now, signIns } = context;
  const token = signIns.refreshTokens.get(required("refresh_token"));
  if (token?.clientId !== app.clientId)
    throw new LoginRefusal(
      400,
      "invalid_request",
      9002313,
      "Invalid request. Request is malformed or invalid.",
    );
  if (now - token.issuedAt > idleMs)
    throw invalidGrant(
      700082,
      "The refresh token has expired due to inactivity. The token was issued on " +
        `${new Date(token.issuedAt).toISOString()} and was inactive for 90.00:00:00.`,
    );
  const user = signInOf(token.userId, token.issuedAt, context, token.endedAt);
  const scope = form.get("scope") ?? "";
  const granted = "openid profile offline_access";
  return tokensFor(user, { scope, nonce: undefined, granted }, request, context);
}

const expired = (): LoginRefusal =>
  invalidGrant(
    70008,
    "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive " +
      "authorization request for this user and resource.",
  );

/** The user, if a sign-in of that time still counts. */
function signInOf(
  userId: string,
  issuedAt: number,
  { user: find, state }: LoginContext,
  endedAt?: number,
): SignInUser {
  const user = find(userId);
  // The texts of these two are assumed.
  if (!user)
    throw invalidGrant(50034, `The user account ${userId} does not exist in the directory.`);
  if (!user.isEnabled) throw invalidGrant(50057, "The user account is disabled.");
  const validFrom = endedAt ?? user.sessionsValidFrom;
  // The directory writes whole seconds.
  if (endedAt !== undefined || Math.floor(issuedAt / 1000) < Math.floor(validFrom / 1000))
    throw invalidGrant(
      50173,
      "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have " +
        `changed or reset their password. The grant was issued on '${new Date(issuedAt).toISOString()}' and the ` +
        "TokensValidFrom date (before which tokens are not valid) for this user is " +
        `'${new Date(validFrom).toISOString()}'.`,
    );
  const { signInPolicy } = state.behaviour;
  if (signInPolicy === "block")
    throw invalidGrant(
      53003,
      "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
      { suberror: "message_only" },
    );
  if (signInPolicy === "multifactor")
    throw invalidGrant(
      50076,
      "Due to a configuration change made by your administrator, or because you moved to a new location, you must " +
        "use multi-factor authentication to access the resource.",
      { suberror: "basic_action", claims: '{"access_token":{"capolids":{"essential":true}}}' },
    );
  return user;
}

interface Asked {
  /** Of the request. */
  scope: string;
  nonce: string | undefined;
  /** Scopes of OpenID that the sign-in had. */
  granted: string;
}

function tokensFor(
  user: SignInUser,
  { scope, nonce, granted }: Asked,
  { app, form }: TokenRequest,
  context: LoginContext,
): object {
  const { state, now, newGuid, signIns, remember } = context;
  const key = userResource(scope, state);
  const scopes = consentedScopes(key, scope, { app }, context);
  const resource = resourceNamed(key, state);
  const { tokenSeconds } = state.behaviour;
  const grant: Grant = {
    tenantId: state.tenant.id,
    clientId: app.clientId,
    resource,
    user: { id: user.id, userPrincipalName: user.userPrincipalName },
    appRoles: scopes,
    directoryRoles: [...user.directoryRoles],
    roleGroups: [...user.roleGroups],
    expires: now + tokenSeconds * 1000,
  };
  const token = accessToken(grant, context);
  remember(token, grant);
  const openId = granted.split(" ");
  const refreshToken = `1.emulated-refresh-token.${newGuid()}${newGuid()}`;
  if (openId.includes("offline_access"))
    signIns.refreshTokens.set(refreshToken, {
      clientId: app.clientId,
      userId: user.id,
      issuedAt: now,
    });
  return {
    token_type: "Bearer",
    scope: scopes.map((name) => `${resource}/${name}`).join(" "),
    expires_in: tokenSeconds,
    ext_expires_in: tokenSeconds,
    access_token: token,
    ...(openId.includes("offline_access") && { refresh_token: refreshToken }),
    ...(openId.includes("openid") && {
      id_token: idToken(user, { clientId: app.clientId, nonce }, context),
    }),
    ...(form.get("client_info") === "1" && {
      client_info: Buffer.from(JSON.stringify({ uid: user.id, utid: state.tenant.id })).toString(
        "base64url",
      ),
    }),
  };
}

/** All that is granted on the resource: a token has it whatever was asked for (observed). */
function consentedScopes(
  key: keyof ScopesByResource,
  scope: string,
  { app }: Pick<TokenRequest, "app">,
  { state }: LoginContext,
): string[] {
  const granted = consentedTo(app)[key];
  const named = namedScopes(scope, state)[key].filter((name) => name !== ".default");
  if (granted.length > 0 && named.every((name) => granted.includes(name))) return granted;
  throw invalidGrant(
    65001,
    `The user or administrator has not consented to use the application with ID '${app.clientId}' named ` +
      `'${app.clientId}'. Send an interactive authorization request for this user and resource.`,
    { suberror: "consent_required" },
  );
}
