import { importNeeds, membershipsOf } from "../../lib/entitlements/activeDirectoryGroups.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";

/** Imports the accounts that are members of the groups that are listed. */
export default onImportPermission({
  needs: importNeeds,
  configuration: [],
  handle: membershipsOf,
});
