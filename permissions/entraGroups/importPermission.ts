import { importNeeds, membershipsOf } from "../../lib/entitlements/entraGroups.ts";
import { onImportPermission } from "../../lib/host/permissionActions.ts";

/** Imports the users who are members of the security groups that are listed. */
export default onImportPermission({
  needs: importNeeds,
  configuration: [],
  handle: (input) => membershipsOf("security", input),
});
