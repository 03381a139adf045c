import { listNeeds, licencePermissions } from "../../lib/entitlements/licences.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";

/** Lists the licences of the tenant. */
export default onPermissions({
  needs: listNeeds,
  configuration: [],
  handle: licencePermissions,
});
