/** How an application proves who it is: a secret, or an assertion signed with a certificate. */
import { checkAssertion } from "./assertion.ts";
import { LoginRefusal } from "./loginRefusal.ts";
import type { App } from "../state.ts";

/** Throws a LoginRefusal, or returns. `audience` is the token endpoint, as an assertion names it. */
export function checkCredential(
  app: App,
  audience: string,
  form: URLSearchParams,
  { now, grantType }: { now: number; grantType: string },
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
  if (!secret) throw credentialMissing(grantType);
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

/** By what is asked for (observed). */
function credentialMissing(grantType: string): LoginRefusal {
  const [code, text] =
    grantType === "client_credentials"
      ? ([
          7000216,
          "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        ] as const)
      : ([
          7000218,
          "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ] as const);
  return new LoginRefusal(401, "invalid_client", code, text);
}
