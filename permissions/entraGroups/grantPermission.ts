import { grantMembership, grantNeeds } from "../../lib/entitlements/entraGroups.ts";
import { onGrantPermission } from "../../lib/host/permissionActions.ts";

/** Adds the user to the security group. */
export default onGrantPermission({
  needs: grantNeeds,
  configuration: [],
  handle: grantMembership,
});
