import { revokeMembership, revokeNeeds } from "../../lib/entitlements/entraGroups.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";

/** Ends the user's membership or ownership of the group. */
export default onRevokePermission({
  needs: revokeNeeds,
  configuration: ["exchangeOnlineIntegration"],
  handle: revokeMembership,
});
