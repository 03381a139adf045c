import { revokeNeeds, revokeRights } from "../../lib/entitlements/hybridSharedMailboxes.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";

/** Revokes one right on a mailbox, or every right that a reference can have meant, each where it is mastered. */
export default onRevokePermission({
  needs: revokeNeeds,
  configuration: ["exchangeOnlineIntegration"],
  handle: revokeRights,
});
