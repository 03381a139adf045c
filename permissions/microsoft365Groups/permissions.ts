import { groupPermissions, listNeeds } from "../../lib/entitlements/entraGroups.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";

/** Lists the Microsoft 365 groups whose members can be changed. */
export default onPermissions({
  needs: listNeeds,
  configuration: ["GroupOwners", "exchangeOnlineIntegration"],
  handle: (input) => groupPermissions(["microsoft365"], input),
});
