import { grantNeeds, grantRights } from "../../lib/entitlements/hybridSharedMailboxes.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";

/** Grants one right on a mailbox, or all rights of a combined reference, each in the system that masters it. */
export default onGrantPermission({
  needs: grantNeeds,
  configuration: [
    "AutoMapping",
    "SharedMailboxRights",
    "SharedMailboxTypes",
    "exchangeOnlineIntegration",
  ],
  handle: grantRights,
});
