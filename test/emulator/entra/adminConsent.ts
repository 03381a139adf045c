/**
 * The page on which an administrator consents for the tenant. Its way back proves nothing: it has neither a code nor a
 * token, and `admin_consent=True` is there after a refusal as well (documented).
 */
import { accountPage, appIn, listOf, mayConsent, registeredUri } from "./authorize.ts";
import type { LoginContext } from "./login.ts";
import { idsIn, LoginRefusal, timestampAt } from "./loginRefusal.ts";
import { errorPage, form, hidden, page, redirect } from "./pages.ts";
import { consent, namedScopes } from "./resources.ts";
import { isTenant, tenantUnknown } from "./tenants.ts";
import type { Incoming } from "../incoming.ts";
import type { Answer } from "../message.ts";

export function answerAdminConsent(
  tenant: string,
  incoming: Incoming,
  context: LoginContext,
): Answer {
  const { state, user: find, signIns, newGuid, now } = context;
  try {
    if (!isTenant(state, tenant)) throw tenantUnknown(tenant);
    const query = incoming.url.searchParams;
    const app = appIn(query, state);
    const redirectUri = registeredUri(query, app);
    const scope = query.get("scope") ?? "";
    const { graph, exchange } = namedScopes(scope, state);
    const filled = new URLSearchParams(incoming.method === "POST" ? incoming.text : "");
    const name = filled.get("account")?.trim() ?? "";
    const user = name === "" ? undefined : find(name);
    if (!user) return accountPage();
    // Documented; the text is that of the page.
    if (!mayConsent(user)) return errorPage("AADSTS90094: The grant requires admin permission.");
    const echo = { state: query.get("state") ?? "" };
    const decision = filled.get("decision");
    if (decision === "accept") {
      consent(app, { graph, exchange });
      signIns.approvals.splice(0, signIns.approvals.length);
      const answer = { admin_consent: "True", tenant: state.tenant.id, scope, ...echo };
      return redirect(redirectUri, answer, "query");
    }
    if (decision === "cancel")
      return redirect(
        redirectUri,
        {
          admin_consent: "True",
          error: "consent_required",
          error_description:
            "AADSTS65004: The resource owner or authorization server denied the request. " +
            idsIn(newGuid(), newGuid(), timestampAt(now)),
          ...echo,
        },
        "query",
      );
    return page(
      "Permissions requested, for your organization",
      listOf({ graph, exchange }) +
        form(hidden("account", user.userPrincipalName), [
          ["accept", "Accept"],
          ["cancel", "Cancel"],
        ]),
    );
  } catch (error) {
    if (!(error instanceof LoginRefusal)) throw error;
    return errorPage(error.message);
  }
}
