import { revokeNeeds, revokeLicence } from "../../lib/entitlements/licences.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";

/** Takes the licence from the user, unless a mailbox on litigation hold would be lost. */
export default onRevokePermission({
  needs: revokeNeeds,
  configuration: ["exchangeOnlineIntegration"],
  handle: revokeLicence,
});
