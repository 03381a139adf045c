/** The token endpoint of Entra ID. Texts are observed unless marked. */
import { clouds } from "./clouds.ts";
import { checkCredential } from "./credential.ts";
import type { Grant, LoginContext } from "./login.ts";
import { LoginRefusal } from "./loginRefusal.ts";
import { jsonAnswer, type Answer } from "../message.ts";
import { checkedResource, resourceOf, rolesOn } from "./resources.ts";
import { applicationUnknown, isTenant, tenantUnknown } from "./tenants.ts";
import { accessToken } from "./tokens.ts";
import type { App, State } from "../state.ts";
import { byCode, byRefreshToken } from "./userGrants.ts";

/** A request to the endpoint, as far as it is common to all grants. */
export interface TokenRequest {
  app: App;
  form: URLSearchParams;
  /** Throws a LoginRefusal for a field that is missing. */
  required(name: string): string;
}

/** The endpoint of version 1 takes a `resource`, and its numbers are text (observed). */
const firstVersion = "oauth2/token";

const noStore = { "Cache-Control": "no-store, no-cache" };

export function issue(
  tenant: string,
  endpoint: string,
  form: URLSearchParams,
  context: LoginContext,
): Answer {
  const { state, now } = context;
  if (!isTenant(state, tenant)) throw tenantUnknown(tenant);
  const required = (name: string): string => {
    const value = form.get(name);
    if (value) return value;
    throw new LoginRefusal(
      400,
      "invalid_request",
      900144,
      `The request body must contain the following parameter: '${name}'.`,
    );
  };
  const grantType = required("grant_type");
  const forUser = { authorization_code: byCode, refresh_token: byRefreshToken }[grantType];
  const isKnown = grantType === "client_credentials" || (forUser && endpoint !== firstVersion);
  if (!isKnown)
    throw new LoginRefusal(
      400,
      "unsupported_grant_type",
      70003,
      `The app requested an unsupported grant type '${grantType}'.`,
    );
  const app = appOf(required("client_id"), state);
  const { login } = clouds[state.tenant.cloud];
  const audience = `${login}/${tenant}/${endpoint}`;
  checkCredential(app, audience, form, { now, grantType });
  const request = { app, form, required };
  if (forUser) return jsonAnswer(forUser(request, context), 200, noStore);
  return forApplication(endpoint, request, context);
}

function appOf(clientId: string, state: State): App {
  const app = state.apps.find((one) => one.clientId.toLowerCase() === clientId.toLowerCase());
  if (app) return app;
  throw applicationUnknown(clientId, state);
}

function forApplication(
  endpoint: string,
  { app, form, required }: TokenRequest,
  context: LoginContext,
): Answer {
  const { state, now } = context;
  const resource =
    endpoint === firstVersion
      ? checkedResource(required("resource"), app, state)
      : resourceOf(required("scope"), app, state);
  const grant: Grant = {
    tenantId: state.tenant.id,
    clientId: app.clientId,
    resource,
    appRoles: [...rolesOn(resource, app, state)],
    directoryRoles: [...app.directoryRoles],
    roleGroups: [...app.roleGroups],
    expires: now + state.behaviour.tokenSeconds * 1000,
  };
  const token = accessToken(grant, context);
  context.remember(token, grant);
  const seconds = state.behaviour.tokenSeconds;
  if (endpoint !== firstVersion)
    return jsonAnswer(
      { token_type: "Bearer", expires_in: seconds, ext_expires_in: seconds, access_token: token },
      200,
      noStore,
    );
  return jsonAnswer(
    {
      token_type: "Bearer",
      expires_in: String(seconds),
      ext_expires_in: String(seconds),
      expires_on: String(Math.floor(grant.expires / 1000)),
      not_before: String(Math.floor(now / 1000)),
      resource: form.get("resource"),
      access_token: token,
    },
    200,
    noStore,
  );
}
