import { listNeeds, methodPermissions } from "../../lib/entitlements/authenticationMethods.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";

/** Lists the authentication methods of options.json. */
export default onPermissions({
  needs: listNeeds,
  configuration: [],
  handle: methodPermissions,
});
