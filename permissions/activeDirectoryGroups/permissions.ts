import { groupPermissions, listNeeds } from "../../lib/entitlements/activeDirectoryGroups.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";

/** Lists the groups of Active Directory whose members the connector changes. */
export default onPermissions({
  needs: listNeeds,
  configuration: [],
  handle: groupPermissions,
});
