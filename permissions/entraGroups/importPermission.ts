import { importNeeds, membershipsOf } from "../../lib/entitlements/entraGroups.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";

/** Imports the users who hold the permissions that are listed. */
export default onImportPermission({
  needs: importNeeds,
  configuration: ["EntraGroupKinds", "GroupOwners", "exchangeOnlineIntegration"],
  handle: (input) => membershipsOf(input.configuration.EntraGroupKinds ?? ["security"], input),
});
