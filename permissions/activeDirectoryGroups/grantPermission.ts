import { grantMembership, grantNeeds } from "../../lib/entitlements/activeDirectoryGroups.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";

/** Makes the account a member of the group. */
export default onGrantPermission({
  needs: grantNeeds,
  configuration: [],
  handle: grantMembership,
});
