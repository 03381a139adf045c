/** What the sign-in service knows, and how it refuses what it does not know. */
import { LoginRefusal } from "./loginRefusal.ts";
import type { State } from "../state.ts";

export const isTenant = (state: State, name: string): boolean =>
  [state.tenant.id, ...state.tenant.domains].some(
    (one) => one.toLowerCase() === name.toLowerCase(),
  );

export function tenantUnknown(tenant: string, error = "invalid_request"): LoginRefusal {
  return new LoginRefusal(
    400,
    error,
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are ` +
      "signing into the correct cloud. Check with your subscription administrator, this may happen " +
      "if there are no active subscriptions for the tenant.",
  );
}

export const applicationUnknown = (clientId: string, state: State): LoginRefusal =>
  new LoginRefusal(
    400,
    "unauthorized_client",
    700016,
    `Application with identifier '${clientId}' was not found in the directory ` +
      `'${state.tenant.displayName}'. This can happen if the application has not been installed by ` +
      "the administrator of the tenant or consented to by any user in the tenant. You may have " +
      "sent your authentication request to the wrong tenant.",
  );
