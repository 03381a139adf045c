import { grantMembership, grantNeeds } from "../../lib/entitlements/entraGroups.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";

/** Makes the user a member or an owner of the group. */
export default onGrantPermission({
  needs: grantNeeds,
  configuration: ["exchangeOnlineIntegration"],
  handle: grantMembership,
});
