import { groupPermissions, listNeeds } from "../../lib/entitlements/entraGroups.ts";
import { onPermissions } from "../../lib/host/permissionActions.ts";

/** Lists the security groups whose members can be changed. */
export default onPermissions({
  needs: listNeeds,
  configuration: [],
  handle: (input) => groupPermissions("security", input),
});
