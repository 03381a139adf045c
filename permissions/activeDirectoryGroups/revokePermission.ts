import { revokeMembership, revokeNeeds } from "../../lib/entitlements/activeDirectoryGroups.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";

/** Ends the account's membership of the group. */
export default onRevokePermission({
  needs: revokeNeeds,
  configuration: [],
  handle: revokeMembership,
});
