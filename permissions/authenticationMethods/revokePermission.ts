import { revokeMethod, revokeNeeds } from "../../lib/entitlements/authenticationMethods.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";

/** Removes the authentication method from the user, unless options.json leaves it. */
export default onRevokePermission({
  needs: revokeNeeds,
  configuration: [],
  handle: revokeMethod,
});
