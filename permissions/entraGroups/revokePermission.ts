import { revokeMembership, revokeNeeds } from "../../lib/entitlements/entraGroups.ts";
import { onRevokePermission } from "../../lib/host/permissionActions.ts";

/** Removes the user from the security group. */
export default onRevokePermission({
  needs: revokeNeeds,
  configuration: [],
  handle: revokeMembership,
});
