import { groupParts, partNeeds } from "../../lib/entitlements/entraGroupParts.ts";
import { onSubPermissions } from "../../lib/host/subPermissionActions.ts";

/** Membership of the security groups that belong to the person's contracts. */
export default onSubPermissions({
  needs: partNeeds,
  configuration: ["UniqueNamePrefix"],
  handle: (input) => groupParts("security", input),
});
