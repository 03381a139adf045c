import { groupPermissions, listNeeds } from "../../lib/entitlements/entraGroups.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";

/** Lists the groups of the configured kinds whose members can be changed. */
export default onPermissions({
  needs: listNeeds,
  configuration: ["EntraGroupKinds", "GroupOwners", "exchangeOnlineIntegration"],
  handle: (input) => groupPermissions(input.configuration.EntraGroupKinds ?? ["security"], input),
});
