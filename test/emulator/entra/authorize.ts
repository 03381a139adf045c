/**
 * The page on which a person signs in for an application, and consents. What each end returns to the application is
 * observed: a code; 65004 for Cancel; a bare `access_denied` for leaving "Need admin approval"; and no parameter at all
 * for leaving the page of a policy that blocks.
 */
import type { LoginContext } from "./login.ts";
import { idsIn, LoginRefusal, timestampAt } from "./loginRefusal.ts";
import { form, errorPage, hidden, html, page, redirect } from "./pages.ts";
import { consent, missingConsent, namedScopes, type ScopesByResource } from "./resources.ts";
import type { SignInUser } from "./signIns.ts";
import { applicationUnknown, isTenant, tenantUnknown } from "./tenants.ts";
import type { Incoming } from "../incoming.ts";
import type { Answer } from "../message.ts";
import type { App, State } from "../state.ts";

/** What the application asks for. */
interface Asked {
  app: App;
  redirectUri: string;
  scope: string;
  state: string | undefined;
  nonce: string | undefined;
  mode: string;
  challenge: { value: string; method: string } | undefined;
}

export function answerAuthorize(tenant: string, incoming: Incoming, context: LoginContext): Answer {
  try {
    const asked = askedOf(tenant, incoming, context.state);
    const filled = new URLSearchParams(incoming.method === "POST" ? incoming.text : "");
    const name = filled.get("account")?.trim() ?? "";
    if (name === "") return accountPage();
    const user = context.user(name);
    if (!user)
      return accountPage(`AADSTS50034: The account ${name} does not exist in this tenant.`);
    if (!user.isEnabled) return errorPage("AADSTS50057: Your account has been locked.");
    return decided(user, filled, asked, context);
  } catch (error) {
    if (!(error instanceof LoginRefusal)) throw error;
    return errorPage(error.message);
  }
}

/** Errors about the application and its address are shown here (documented): nothing is redirected to anybody. */
function askedOf(tenant: string, { url }: Incoming, state: State): Asked {
  if (!isTenant(state, tenant)) throw tenantUnknown(tenant);
  const query = url.searchParams;
  const app = appIn(query, state);
  const redirectUri = registeredUri(query, app);
  if (query.get("response_type") !== "code")
    throw new LoginRefusal(
      400,
      "unsupported_response_type",
      70007,
      `The app returned an unsupported value of 'response_type': ${query.get("response_type")}.`,
    );
  const scope = query.get("scope") ?? "";
  // Throws for a scope that does not exist.
  namedScopes(scope, state);
  const challenge = query.get("code_challenge");
  const method = query.get("code_challenge_method") ?? "plain";
  return {
    app,
    redirectUri,
    scope,
    state: query.get("state") ?? undefined,
    nonce: query.get("nonce") ?? undefined,
    mode: query.get("response_mode") ?? "query",
    challenge: challenge === null ? undefined : { value: challenge, method },
  };
}

export function appIn(query: URLSearchParams, state: State): App {
  const clientId = query.get("client_id") ?? "";
  const app = state.apps.find((one) => one.clientId.toLowerCase() === clientId.toLowerCase());
  if (!app) throw applicationUnknown(clientId, state);
  return app;
}

/** The port of localhost does not matter, and no path is the path `/` (documented). */
export function registeredUri(query: URLSearchParams, app: App): string {
  const given = query.get("redirect_uri") ?? "";
  const plain = (uri: string): string => {
    const url = new URL(uri);
    if (url.hostname === "localhost") url.port = "";
    return url.href;
  };
  const isRegistered =
    URL.canParse(given) && (app.redirectUris ?? []).some((one) => plain(one) === plain(given));
  if (isRegistered) return given;
  throw new LoginRefusal(
    400,
    "invalid_request",
    50011,
    `The redirect URI '${given}' specified in the request does not match the redirect URIs configured for the ` +
      `application '${app.clientId}'. Make sure the redirect URI sent in the request matches one added to your ` +
      "application in the Azure portal.",
  );
}

function decided(
  user: SignInUser,
  filled: URLSearchParams,
  asked: Asked,
  context: LoginContext,
): Answer {
  const decision = filled.get("decision");
  const { state } = context;
  if (state.behaviour.signInPolicy === "block")
    return decision === "leave" ? redirect(asked.redirectUri, {}, "query") : blockedPage(user);
  const missing = missingConsent(asked.scope, asked.app, state);
  const isComplete = missing.graph.length + missing.exchange.length === 0;
  if (isComplete) return granted(user, asked, context);
  if (!mayConsent(user)) return awaiting(user, missing, filled, asked, context);
  if (decision === "accept") {
    consent(asked.app, missing);
    return granted(user, asked, context);
  }
  if (decision !== "cancel") return consentPage(user, missing, asked.app);
  const text = "AADSTS65004: User declined to consent to access the app.";
  return refused("consent_required", text, asked, context);
}

/** Directory roles that may consent to these scopes for the tenant (documented; a few others may as well). */
const consenting = ["Global Administrator", "Privileged Role Administrator"];

export const mayConsent = ({ directoryRoles }: SignInUser): boolean =>
  directoryRoles.some((role) => consenting.includes(role));

function granted(user: SignInUser, asked: Asked, { signIns, newGuid, now }: LoginContext): Answer {
  const code = `0.emulated-code.${newGuid()}${newGuid()}`;
  signIns.codes.set(code, {
    clientId: asked.app.clientId,
    userId: user.id,
    redirectUri: asked.redirectUri,
    scope: asked.scope,
    nonce: asked.nonce,
    challenge: asked.challenge,
    issuedAt: now,
    isRedeemed: false,
  });
  return back({ code, session_state: newGuid() }, asked);
}

function refused(
  error: string,
  text: string | undefined,
  asked: Asked,
  { newGuid, now }: LoginContext,
): Answer {
  const description =
    text === undefined
      ? {}
      : { error_description: `${text} ${idsIn(newGuid(), newGuid(), timestampAt(now))}` };
  return back({ error, ...description }, asked);
}

function back(parameters: Record<string, string>, { redirectUri, state, mode }: Asked): Answer {
  return redirect(redirectUri, { ...parameters, ...(state !== undefined && { state }) }, mode);
}

function awaiting(
  user: SignInUser,
  missing: ScopesByResource,
  filled: URLSearchParams,
  asked: Asked,
  context: LoginContext,
): Answer {
  const decision = filled.get("decision");
  if (decision === "leave") return refused("access_denied", undefined, asked, context);
  const hasWorkflow = context.state.behaviour.adminConsentRequests === "on";
  if (decision !== "request" || !hasWorkflow) return approvalPage(user, missing, hasWorkflow);
  context.signIns.approvals.push({
    clientId: asked.app.clientId,
    user: user.userPrincipalName,
    justification: filled.get("justification") ?? "",
    scopes: missing,
  });
  return page(
    "Request sent",
    "<p>An administrator gets your request.</p>" +
      form(hidden("account", user.userPrincipalName), [["leave", "Back to the application"]]),
  );
}

export const accountPage = (problem?: string): Answer =>
  page(
    "Sign in",
    (problem === undefined ? "" : `<p role="alert">${html(problem)}</p>`) +
      form('<label>Account <input name="account" autofocus></label> ', [["next", "Next"]]),
  );

export const listOf = ({ graph, exchange }: ScopesByResource): string =>
  `<ul>${[...graph, ...exchange].map((name) => `<li>${html(name)}</li>`).join("")}</ul>`;

const consentPage = (user: SignInUser, missing: ScopesByResource, app: App): Answer =>
  page(
    "Permissions requested",
    `<p>${html(user.userPrincipalName)}: application ${html(app.clientId)} asks for</p>${listOf(missing)}` +
      form(hidden("account", user.userPrincipalName), [
        ["accept", "Accept"],
        ["cancel", "Cancel"],
      ]),
  );

function approvalPage(user: SignInUser, missing: ScopesByResource, hasWorkflow: boolean): Answer {
  const number = hasWorkflow ? "AADSTS90095" : "AADSTS90094: The grant requires admin permission.";
  const account = hidden("account", user.userPrincipalName);
  const ask = form(`${account}<label>Enter justification <input name="justification"></label> `, [
    ["request", "Request approval"],
  ]);
  return page(
    "Need admin approval",
    `<p>${html(number)}</p>${listOf(missing)}${hasWorkflow ? ask : ""}` +
      form(account, [["leave", "Return to the application without granting consent"]]),
  );
}

const blockedPage = (user: SignInUser): Answer =>
  page(
    "You cannot access this right now",
    "<p>AADSTS53003: Access has been blocked by Conditional Access policies.</p>" +
      form(hidden("account", user.userPrincipalName), [["leave", "Back to the application"]]),
  );
