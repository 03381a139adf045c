import { grantMembership, grantNeeds } from "../../lib/entitlements/hybridGroups.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";

/** Makes the account a member of the group, in the system that masters its members. */
export default onGrantPermission({
  needs: grantNeeds,
  configuration: ["exchangeOnlineIntegration"],
  handle: grantMembership,
});
