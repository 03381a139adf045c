import { grantNeeds, grantLicence } from "../../lib/entitlements/licences.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";

/** Assigns the licence to the user, with the service plans that options.json does not disable. */
export default onGrantPermission({
  needs: grantNeeds,
  configuration: ["exchangeOnlineIntegration"],
  handle: grantLicence,
});
