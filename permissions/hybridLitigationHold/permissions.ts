import { listingWithExchange } from "../../lib/accounts/hybridSets.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { listing } from "../litigationHold/permissions.ts";

/** Lists the durations of permissions/litigationHold/options.json. */
export default onPermissions(listingWithExchange(listing));
