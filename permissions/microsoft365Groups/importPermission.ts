import { importNeeds, membershipsOf } from "../../lib/entitlements/entraGroups.ts";
import { onImportPermission } from "../../lib/host/permissionActions.ts";

/** Imports the users who are members of the Microsoft 365 groups that are listed. */
export default onImportPermission({
  needs: importNeeds,
  configuration: [],
  handle: (input) => membershipsOf("microsoft365", input),
});
