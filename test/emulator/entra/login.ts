/**
 * The token endpoint of Entra ID, as far as an application without a user needs it. Texts are
 * observed unless marked.
 */
import { checkAssertion } from "./assertion.ts";
import { clouds } from "./clouds.ts";
import { exchangeRoles, roleTemplates } from "./directoryRoles.ts";
import { jsonAnswer, type Answer } from "../message.ts";
import { LoginRefusal, refusalResponse } from "./loginRefusal.ts";
import type { Incoming } from "../incoming.ts";
import type { App, State } from "../state.ts";

/**
 * What one access token allows. Roles are those of the moment it was issued: a change needs a new
 * token (documented).
 */
export interface Grant {
  tenantId: string;
  clientId: string;
  /** The resource it is for; every other host refuses it. */
  resource: string;
  /** Application roles on that resource. */
  appRoles: string[];
  directoryRoles: string[];
  roleGroups: string[];
  /** Milliseconds since 1970. */
  expires: number;
}

export interface LoginContext {
  state: State;
  now: number;
  newGuid: () => string;
  /** Stores what the token allows. */
  remember: (token: string, grant: Grant) => void;
}

/** Directory roles that may change recipients (assumed from what the roles are described to do). */
const writingRoles = [
  "Exchange Administrator",
  "Exchange Recipient Administrator",
  "Global Administrator",
];

export const mayRead = (grant: Grant): boolean =>
  grant.roleGroups.length > 0 || grant.directoryRoles.some((role) => exchangeRoles.includes(role));
export const mayWrite = (grant: Grant): boolean =>
  grant.roleGroups.some((group) => !/^view-only/i.test(group)) ||
  grant.directoryRoles.some((role) => writingRoles.includes(role));

/**
 * Whether someone who does not manage a group may change it: Exchange Administrator is enough,
 * Exchange Recipient Administrator is not (observed). The role group and the management role are
 * documented.
 */
export const mayBypassManagerCheck = (grant: Grant): boolean =>
  grant.directoryRoles.some(
    (role) => role === "Exchange Administrator" || role === "Global Administrator",
  ) ||
  grant.roleGroups.some((group) =>
    /^(organization management|security group creation and membership)$/i.test(group),
  );

export const isTenant = (state: State, name: string): boolean =>
  [state.tenant.id, ...state.tenant.domains].some(
    (one) => one.toLowerCase() === name.toLowerCase(),
  );

/** Answers a request to the sign-in host: a `POST` to one of the two token endpoints of a tenant. */
export function answerLogin(incoming: Incoming, context: LoginContext): Answer {
  const { method, url, headers } = incoming;
  const [, named] =
    /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/.exec(url.pathname) ?? [];
  if (named !== undefined && method === "GET") return metadata(named, context);
  const [, tenant, endpoint] = /^\/([^/]+)\/(oauth2(?:\/v2\.0)?\/token)$/.exec(url.pathname) ?? [];
  if (tenant === undefined || endpoint === undefined || method !== "POST") {
    const error_description = `Nothing here: ${method} ${url.pathname}`;
    return jsonAnswer({ error: "not_found", error_description }, 404);
  }
  try {
    return issue(tenant, endpoint, new URLSearchParams(incoming.text), context);
  } catch (error) {
    if (!(error instanceof LoginRefusal)) throw error;
    const requestId = headers["client-request-id"] ?? url.searchParams.get("client-request-id");
    const correlationId = requestId ?? context.newGuid();
    return refusalResponse(error, correlationId, context.newGuid(), context.now);
  }
}

/**
 * The OpenID metadata of a tenant, as far as it identifies the tenant of a domain (documented). That an unknown tenant
 * is refused as by the token endpoint is observed; the status is assumed.
 */
function metadata(tenant: string, { state, now, newGuid }: LoginContext): Answer {
  if (!isTenant(state, tenant))
    return refusalResponse(tenantUnknown(tenant, "invalid_tenant"), newGuid(), newGuid(), now);
  const authority = `${clouds[state.tenant.cloud].login}/${state.tenant.id}`;
  return jsonAnswer({
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    issuer: `${authority}/v2.0`,
  });
}

/** The endpoint of version 1 takes a `resource`, and its numbers are text (observed). */
const firstVersion = "oauth2/token";

function issue(
  tenant: string,
  endpoint: string,
  form: URLSearchParams,
  context: LoginContext,
): Answer {
  const { state, now } = context;
  if (!isTenant(state, tenant)) {
    throw tenantUnknown(tenant);
  }
  const required = (name: string): string => {
    const value = form.get(name);
    if (!value)
      throw new LoginRefusal(
        400,
        "invalid_request",
        900144,
        `The request body must contain the following parameter: '${name}'.`,
      );
    return value;
  };
  const grantType = required("grant_type");
  if (grantType !== "client_credentials")
    throw new LoginRefusal(
      400,
      "unsupported_grant_type",
      70003,
      `The app requested an unsupported grant type '${grantType}'.`,
    );
  const clientId = required("client_id");
  const app = state.apps.find((one) => one.clientId.toLowerCase() === clientId.toLowerCase());
  if (!app) {
    throw new LoginRefusal(
      400,
      "unauthorized_client",
      700016,
      `Application with identifier '${clientId}' was not found in the directory ` +
        `'${state.tenant.displayName}'. This can happen if the application has not been installed by ` +
        "the administrator of the tenant or consented to by any user in the tenant. You may have " +
        "sent your authentication request to the wrong tenant.",
    );
  }
  const { login } = clouds[state.tenant.cloud];
  checkCredential(app, `${login}/${tenant}/${endpoint}`, form, context);
  const resource =
    endpoint === firstVersion
      ? checkedResource(required("resource"), app, state)
      : resourceOf(required("scope"), app, state);
  const grant = {
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
  const headers = { "Cache-Control": "no-store, no-cache" };
  if (endpoint !== firstVersion)
    return jsonAnswer(
      { token_type: "Bearer", expires_in: seconds, ext_expires_in: seconds, access_token: token },
      200,
      headers,
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
    headers,
  );
}

function tenantUnknown(tenant: string, error = "invalid_request"): LoginRefusal {
  return new LoginRefusal(
    400,
    error,
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are ` +
      "signing into the correct cloud. Check with your subscription administrator, this may happen " +
      "if there are no active subscriptions for the tenant.",
  );
}

function checkCredential(
  app: App,
  audience: string,
  form: URLSearchParams,
  { now }: LoginContext,
): void {
  const assertion = form.get("client_assertion");
  const secret = form.get("client_secret");
  if (assertion) {
    const kind = form.get("client_assertion_type");
    if (kind !== "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
      throw new LoginRefusal(
        400,
        "invalid_request",
        900144,
        "The request body must contain the following parameter: 'client_assertion_type'.",
      );
    }
    checkAssertion(assertion, app, audience, now);
    return;
  }
  if (!secret)
    throw new LoginRefusal(
      401,
      "invalid_client",
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    );
  const known = app.secrets.find((one) => one.value === secret);
  if (!known) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      7000215,
      "Invalid client secret provided. Ensure the secret being sent in the request is the client " +
        `secret value, not the client secret ID, for a secret added to app '${app.clientId}'.`,
    );
  }
  if (known.expires !== undefined && Date.parse(known.expires) <= now) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      7000222,
      `The provided client secret keys for app '${app.clientId}' are expired. Visit the Azure ` +
        "portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using " +
        "certificate credentials for added security: https://aka.ms/certCreds.",
    );
  }
}

/** Each resource has application roles of its own, and a token lists those of its resource only (documented). */
const rolesOn = (resource: string, app: App, { tenant }: State): readonly string[] =>
  resource === clouds[tenant.cloud].graph ? (app.graphRoles ?? []) : app.appRoles;

/**
 * The scope must be a resource of the emulated cloud: Exchange or, for an application with
 * `graphRoles` (which may be empty), Microsoft Graph. This catches a client that uses one cloud's
 * names in another, and a client of Exchange alone that names the wrong resource. In a real tenant
 * every application gets a token for Microsoft Graph.
 */
function resourceOf(scope: string, app: App, state: State): string {
  const suffix = "/.default";
  // MSAL may request the OpenID scopes as well; they change nothing here.
  const resources = scope
    .split(" ")
    .filter((one) => !["openid", "profile", "offline_access", ""].includes(one));
  const [only] = resources;
  if (resources.length !== 1 || !only?.endsWith(suffix)) {
    throw new LoginRefusal(
      400,
      "invalid_scope",
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a ` +
        "scope value with /.default suffixed to the resource identifier (application ID URI).",
    );
  }
  return checkedResource(only.slice(0, -suffix.length), app, state);
}

function checkedResource(resource: string, app: App, state: State): string {
  const cloud = clouds[state.tenant.cloud];
  const isGraph = resource === cloud.graph && app.graphRoles !== undefined;
  if (resource !== cloud.resource && !isGraph) {
    throw new LoginRefusal(
      400,
      "invalid_resource",
      500011,
      `The resource principal named ${resource} was not found in the tenant named ` +
        `${state.tenant.displayName}. This can happen if the application has not been installed by ` +
        "the administrator of the tenant or consented to by any user in the tenant. You might have " +
        "sent your authentication request to the wrong tenant.",
    );
  }
  return resource;
}

/**
 * Looks like a real access token, so that a client finds its claims. It is recognised as a whole,
 * not by its signature.
 */
function accessToken(grant: Grant, { state, now, newGuid }: LoginContext): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const { resource, appRoles, directoryRoles, expires, clientId } = grant;
  // Without a role on Microsoft Graph the claim is missing (inferred from a captured token).
  const isBare = appRoles.length === 0 && resource === clouds[state.tenant.cloud].graph;
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  const claims = {
    aud: resource,
    iss: `https://sts.windows.net/${state.tenant.id}/`,
    iat: seconds(now),
    nbf: seconds(now),
    exp: seconds(expires),
    appid: clientId,
    idtyp: "app",
    tid: state.tenant.id,
    ...(isBare ? {} : { roles: appRoles }),
    wids: [
      ...directoryRoles.flatMap((role) => roleTemplates[role] ?? []),
      "0997a1d0-0d1d-4acb-b408-d5ca73121e90",
    ],
    uti: newGuid(),
    ver: "1.0",
  };
  const header = { typ: "JWT", alg: "RS256", kid: "emulated" };
  return `${part(header)}.${part(claims)}.${Buffer.from("emulated").toString("base64url")}`;
}
