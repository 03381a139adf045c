/** What a token is for, and which scopes an application may be granted on it. */
import { clouds } from "./clouds.ts";
import { LoginRefusal } from "./loginRefusal.ts";
import type { App, State } from "../state.ts";

/** Each resource has application roles of its own, and a token lists those of its resource only (documented). */
export const rolesOn = (resource: string, app: App, { tenant }: State): readonly string[] =>
  resource === clouds[tenant.cloud].graph ? (app.graphRoles ?? []) : app.appRoles;

/**
 * The scope must be a resource of the emulated cloud: Exchange or, for an application with
 * `graphRoles` (which may be empty), Microsoft Graph. This catches a client that uses one cloud's
 * names in another, and a client of Exchange alone that names the wrong resource. In a real tenant
 * every application gets a token for Microsoft Graph.
 */
export function resourceOf(scope: string, app: App, state: State): string {
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

export function checkedResource(resource: string, app: App, state: State): string {
  const cloud = clouds[state.tenant.cloud];
  const isGraph = resource === cloud.graph && app.graphRoles !== undefined;
  if (resource !== cloud.resource && !isGraph) {
    throw resourceUnknown(resource, state);
  }
  return resource;
}

/** Scopes by the part of the state that keeps which of them are granted. */
export interface ScopesByResource {
  graph: string[];
  exchange: string[];
}

const openId = ["openid", "profile", "offline_access", "email"];

/**
 * The scopes of a sign-in, which may be of several resources. One without a resource is of Microsoft Graph, and
 * `.default` means all that are granted (documented). The scopes of Exchange are observed of one client.
 */
export function namedScopes(scope: string, state: State): ScopesByResource & { openId: string[] } {
  const { graph, resource: exchange } = clouds[state.tenant.cloud];
  const named: ReturnType<typeof namedScopes> = { graph: [], exchange: [], openId: [] };
  for (const one of scope.split(" ").filter((text) => text !== "")) {
    const [, origin = graph, name = one] = /^(https:\/\/[^/]+)\/(.+)$/.exec(one) ?? [];
    if (openId.includes(one)) named.openId.push(one);
    else if (origin === graph && /^(\.default|[A-Z][\w-]*(\.[\w-]+)+)$/.test(name))
      named.graph.push(name);
    else if (origin === exchange && /^(\.default|Exchange\.Manage(V2)?)$/.test(name))
      named.exchange.push(name);
    else if (origin !== graph && origin !== exchange) throw resourceUnknown(origin, state);
    else throw scopeInvalid(one);
  }
  return named;
}

/** The one resource of a token for a user. Several are refused (documented; the text is that of an unknown scope). */
export function userResource(scope: string, state: State): keyof ScopesByResource {
  const { graph, exchange } = namedScopes(scope, state);
  const isMixed = (names: string[]): boolean => names.length > 1 && names.includes(".default");
  if ((graph.length > 0 && exchange.length > 0) || isMixed(graph) || isMixed(exchange))
    throw scopeInvalid(scope);
  return exchange.length > 0 ? "exchange" : "graph";
}

/** The resource as a token names it. */
export const resourceNamed = (key: keyof ScopesByResource, { tenant }: State): string =>
  key === "graph" ? clouds[tenant.cloud].graph : clouds[tenant.cloud].resource;

/** What was granted to an application for every user of the tenant. */
export const consentedTo = (app: App): ScopesByResource => ({
  graph: [...(app.consented?.graph ?? [])],
  exchange: [...(app.consented?.exchange ?? [])],
});

/** The scopes that are asked for and not granted. All of these need an administrator (documented for each). */
export function missingConsent(scope: string, app: App, state: State): ScopesByResource {
  const named = namedScopes(scope, state);
  const granted = consentedTo(app);
  const missing = (key: keyof ScopesByResource): string[] =>
    named[key].filter((name) => name !== ".default" && !granted[key].includes(name));
  return { graph: missing("graph"), exchange: missing("exchange") };
}

/** Grants scopes for the whole tenant. */
export function consent(app: App, scopes: ScopesByResource): void {
  const granted = consentedTo(app);
  app.consented = {
    graph: [...new Set([...granted.graph, ...scopes.graph])],
    exchange: [...new Set([...granted.exchange, ...scopes.exchange])],
  };
}

const scopeInvalid = (scope: string): LoginRefusal =>
  new LoginRefusal(
    400,
    "invalid_scope",
    70011,
    `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
  );

const resourceUnknown = (resource: string, state: State): LoginRefusal =>
  new LoginRefusal(
    400,
    "invalid_resource",
    500011,
    `The resource principal named ${resource} was not found in the tenant named ` +
      `${state.tenant.displayName}. This can happen if the application has not been installed by ` +
      "the administrator of the tenant or consented to by any user in the tenant. You might have " +
      "sent your authentication request to the wrong tenant.",
  );
