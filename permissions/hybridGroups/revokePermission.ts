import { revokeMembership, revokeNeeds } from "../../lib/entitlements/hybridGroups.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";

/** Ends the account's membership of the group, in the system that masters its members. */
export default onRevokePermission({
  needs: revokeNeeds,
  configuration: ["exchangeOnlineIntegration"],
  handle: revokeMembership,
});
