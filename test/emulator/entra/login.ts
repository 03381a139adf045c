/** The sign-in host of Entra ID: what each of its addresses answers, and what a token allows. */
import { answerAdminConsent } from "./adminConsent.ts";
import { answerAuthorize } from "./authorize.ts";
import { clouds } from "./clouds.ts";
import { jsonAnswer, type Answer } from "../message.ts";
import { LoginRefusal, refusalResponse } from "./loginRefusal.ts";
import type { Incoming } from "../incoming.ts";
import type { SignIns, SignInUser } from "./signIns.ts";
import type { State } from "../state.ts";
import { isTenant, tenantUnknown } from "./tenants.ts";
import { issue } from "./tokenEndpoint.ts";

/**
 * What one access token allows. Roles are those of the moment it was issued: a change needs a new
 * token (documented).
 */
export interface Grant {
  tenantId: string;
  clientId: string;
  /** The resource it is for; every other host refuses it. */
  resource: string;
  /** The user for whom the application acts, if it does not act for itself. */
  user?: { id: string; userPrincipalName: string };
  /** Application roles on that resource; for a user, the scopes. */
  appRoles: string[];
  /** Those of the application; for a user, those of the user. The same for role groups. */
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
  /** The user with this object ID or user principal name. */
  user: (name: string) => SignInUser | undefined;
  signIns: SignIns;
}

/** Answers a request to the sign-in host. */
export function answerLogin(incoming: Incoming, context: LoginContext): Answer {
  const { method, url, headers } = incoming;
  const [, named] =
    /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/.exec(url.pathname) ?? [];
  if (named !== undefined && method === "GET") return metadata(named, context);
  const page = pageOf(incoming, context);
  if (page) return page;
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

/** The pages that a person sees. */
function pageOf(incoming: Incoming, context: LoginContext): Answer | undefined {
  const { method, url } = incoming;
  if (method !== "GET" && method !== "POST") return undefined;
  const [, tenant = "", page] =
    /^\/([^/]+)\/(oauth2\/v2\.0\/authorize|(?:v2\.0\/)?adminconsent)$/.exec(url.pathname) ?? [];
  if (page === undefined) return undefined;
  return page.endsWith("authorize")
    ? answerAuthorize(tenant, incoming, context)
    : answerAdminConsent(tenant, incoming, context);
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
